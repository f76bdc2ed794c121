/** A container of a test's own on a real engine, and commands in it as the sandbox layer runs them. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connectEngine } from '../../sandbox/engine/docker.js';
import type { Engine } from '../../sandbox/engine/engine.js';
import { type Execs, makeExecs } from '../../sandbox/env/exec.js';
import type { ExecContainer } from '../../sandbox/env/exec-trace.js';
import { type Cgroup, locateCgroup, membersOf } from '../../sandbox/kernel/cgroup.js';
import type { ExecExit, ExecRequest, RunningExec } from '../../sandbox/types.js';
import type { EngineFace } from '../engine/engine.js';
import { sharedEngine } from '../engine/shared.js';

export interface Box {
  face: EngineFace;
  engine: Engine;
  execs: Execs;
  container: ExecContainer;
  /** Starts a command with an id of its own. */
  start(command: string | string[], more?: Partial<ExecRequest>): Promise<RunningExec>;
  /** Runs it to its end. */
  run(
    command: string | string[],
    more?: Partial<ExecRequest>,
  ): Promise<{ stdout: string; stderr: string; exit: ExecExit }>;
  /** Command lines of everything in the container but PID 1 and the main process. */
  others(): string[];
}

interface Teardown {
  teardown(end: () => Promise<unknown>): void;
}

/** `v2`: finds the container in the unified hierarchy, also where version 1 is there. */
export async function makeBox(t: Teardown, options: { v2?: boolean; main?: string } = {}): Promise<Box> {
  const shared = await sharedEngine();
  t.teardown(() => shared.done());
  const image = await shared.importBusybox();
  const main = options.main ?? 'while :; do sleep 1000; done';
  const args = ['--init', '--name', `exec-${randomBytes(4).toString('hex')}`, image, 'sh', '-c', main];
  const dockerId = (await shared.docker('run', '-d', ...args)).trim();
  t.teardown(() => shared.tryDocker(['rm', '-f', dockerId]));
  const pid = Number(await shared.docker('inspect', '-f', '{{.State.Pid}}', dockerId));
  const engine = connectEngine({ host: shared.dockerHost });
  const execs = makeExecs(options.v2 ? { engine, locate: unified } : { engine });
  const container = { dockerId, pid, hold: true };
  let count = 0;
  const start: Box['start'] = (command, more = {}) => {
    count += 1;
    return execs.start(
      {
        sandbox: 'sbx_test',
        execId: `exe_${count}${randomBytes(3).toString('hex')}`,
        command,
        env: {},
        workdir: null,
        user: null,
        stdin: null,
        timeout: null,
        ...more,
      },
      container,
    );
  };
  return {
    face: shared,
    engine,
    execs,
    container,
    start,
    run: async (command, more = {}) => collect(await start(command, more)),
    others: () => commandsIn(dockerId, pid),
  };
}

/** Reads a command's output to its end. */
export async function collect(exec: RunningExec): Promise<{ stdout: string; stderr: string; exit: ExecExit }> {
  const out = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  for await (const { stream, data } of exec.output) out[stream].push(data);
  const text = (parts: Uint8Array[]) => Buffer.concat(parts).toString('utf8');
  return { stdout: text(out.stdout), stderr: text(out.stderr), exit: await exec.exit };
}

/** Whether the kernel has a unified hierarchy that containers are in. */
export function unified(pid: number, containerId: string): Cgroup | null {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const v2 = lines.filter((line) => line.startsWith('0::')).join('\n');
  return locateCgroup(v2, readFileSync('/proc/self/mountinfo', 'utf8'), containerId);
}

function commandsIn(dockerId: string, main: number): string[] {
  const group = locateCgroup(
    readFileSync(`/proc/${main}/cgroup`, 'utf8'),
    readFileSync('/proc/self/mountinfo', 'utf8'),
    dockerId,
  );
  const commands: string[] = [];
  for (const pid of group ? membersOf(group) : []) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').join(' ').trim();
      // A zombie has no command line.
      if (pid !== main && command !== '' && !command.includes('sleep 1000')) commands.push(command);
    } catch {
      // Ended since.
    }
  }
  return commands.sort();
}
