/** A sandbox with memory delivery on a real engine, for tests: its delivery, wishes, commands, and what stands beside them. */

import { mkdtempSync, rmSync } from 'node:fs';
import {
  connectEngine,
  type Engine,
  type ExecExit,
  type ExecRequest,
  type InitPlace,
  type MemoryDelivery,
  makeMemoryDelivery,
  type Refused,
  type RunningExec,
  type SandboxSpec,
  type Wish,
} from '../../sandbox/index.js';
import type { EngineFace } from '../engine/engine.js';
import { initPrograms, peerProgram } from '../engine/programs.js';
import { type MemoryLedger, memoryLedger } from '../sandbox/memory-ledger.js';
import { macOf, specOf, wishOf } from '../sandbox/wishes.js';

type Changes = Partial<Omit<Wish, 'spec'>> & { spec?: Partial<SandboxSpec> };

export interface MemoryBox {
  /** Of its container. */
  name: string;
  id: string;
  ledger: MemoryLedger;
  docker: Engine;
  place: InitPlace;
  refused: Refused[];
  messages: string[];
  delivery: MemoryDelivery;
  /** Without `generation`: one more than the last. */
  wish(changes?: Changes): Wish;
  /** A second daemon's worth of memory over the same ledger and run directory, in place of the first. */
  again(): Promise<void>;
  start(command: string | string[], more?: Partial<ExecRequest>): Promise<RunningExec>;
  run(command: string | string[], more?: Partial<ExecRequest>): Promise<{ text: string; exit: ExecExit }>;
  /** Host's pids in the container, from the control group. */
  pids(): Promise<number[]>;
}

/** Places for inits and sockets, short enough for a socket's path. Removed at the end. */
export async function makePlace(t: { teardown(run: () => unknown): void }, peer = true): Promise<InitPlace> {
  const runDir = mkdtempSync('/tmp/ap-run-');
  t.teardown(() => rmSync(runDir, { recursive: true, force: true }));
  const { init } = await initPrograms();
  return { runDir, hostRunDir: runDir, init, peer: peer ? await peerProgram() : null };
}

let count = 0;

export async function memoryBox(
  t: { teardown(run: () => unknown): void },
  engine: EngineFace,
  options: { spec?: Partial<SandboxSpec>; peer?: boolean; image: string },
): Promise<MemoryBox> {
  count += 1;
  const name = `memory${process.pid}x${count}`;
  const own = { id: `sbx_${name}`, name, session: `ses_${name}`, vault: 'vlt_memory', image: options.image };
  const workspace = {
    kind: 'volume' as const,
    volume: `ampoule-ws-${own.session}`,
    path: '/workspace',
    foreign: false,
  };
  const base: Partial<SandboxSpec> = { ...own, workspace, ...options.spec };
  const ledger = memoryLedger('vlt_memory');
  const docker = connectEngine({ host: engine.dockerHost });
  const place = await makePlace(t, options.peer);
  const refused: Refused[] = [];
  const messages: string[] = [];
  const make = () =>
    makeMemoryDelivery({
      ...{ engine: docker, ledger, place },
      counted: (why) => void refused.push(why),
      log: (_level, message) => void messages.push(message),
    });
  let generation = 0;
  let execs = 0;
  const box: MemoryBox = {
    ...{ name: `ampoule-${name}`, id: own.id, ledger, docker, place, refused, messages, delivery: make() },
    wish(changes = {}) {
      generation = changes.generation ?? generation + 1;
      const spec = specOf({ ...base, ...changes.spec });
      return wishOf({ envMac: macOf(spec, []), ...changes, generation, spec }, ledger);
    },
    async again() {
      await box.delivery.close();
      box.delivery = make();
    },
    start(command, more = {}) {
      execs += 1;
      const plain = { env: {}, workdir: null, user: null, stdin: null, timeout: null };
      return box.delivery.exec({ sandbox: own.id, execId: `exe_${execs}`, command, ...plain, ...more });
    },
    async run(command, more = {}) {
      const exec = await box.start(command, more);
      const chunks: Uint8Array[] = [];
      for await (const { data } of exec.output) chunks.push(Buffer.from(data));
      return { text: Buffer.concat(chunks).toString().trim(), exit: await exec.exit };
    },
    async pids() {
      const top = await engine.docker('top', `ampoule-${name}`, '-eo', 'pid');
      return top.trim().split('\n').slice(1).map(Number);
    },
  };
  t.teardown(async () => {
    await box.delivery.apply(box.wish({ goal: 'removed', removeWorkspace: true }));
    await box.delivery.close();
  });
  return box;
}
