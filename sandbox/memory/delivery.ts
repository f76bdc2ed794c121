/** Delivery by memory: one container per sandbox, whose init is told what is wanted. Wires; decides nothing itself. */

import { identityFrom } from '../container/labels.js';
import { orphansOf } from '../container/observe.js';
import { currentOf, notRunning } from '../container/running-row.js';
import { SandboxError } from '../errors.js';
import { Kernel } from '../kernel/container-end.js';
import { InitDirectories } from '../link/directory.js';
import { Heartbeat } from '../link/heartbeat.js';
import type { InitLink } from '../link/link.js';
import { ResumeKeys } from '../link/resume-keys.js';
import type { Creator, Recipe } from '../reconcile/create.js';
import { Pace } from '../reconcile/pace.js';
import { Restarts } from '../reconcile/restarts.js';
import { realTimers } from '../timers.js';
import type { SandboxSpec } from '../types.js';
import { listenTo, listenToEnded, startCommand } from './commands.js';
import type { PassTools } from './container.js';
import { KeptOutput, lastLines } from './kept-output.js';
import type { MemoryDelivery, MemoryDeliveryOptions } from './options.js';
import { mainOutput } from './output.js';
import { MemoryPass } from './pass.js';
import { takeAll } from './revoke.js';
import { MemorySandbox } from './sandbox.js';
import { memoryRequest } from './spec.js';

/** Bit of the configuration: its init hands its place over. */
const ONE_SHOT = 8;
/** Inits that are told at once, and milliseconds for which one that does not answer counts as one of them. */
const AT_ONCE = 32;
const MOMENT = 100;

/** Opens the sockets of sandboxes that an earlier process left, so that their inits find somebody again. */
export function makeMemoryDelivery(options: MemoryDeliveryOptions): MemoryDelivery {
  const { engine, ledger, place, log = () => {}, counted = () => {}, changed = () => {} } = options;
  const { failpoint = () => {} } = options;
  const timers = options.timers ?? realTimers;
  const now = options.now ?? Date.now;
  const directories = new InitDirectories(place);
  const keys = new ResumeKeys(place.runDir);
  const heartbeat = new Heartbeat(timers);
  const kept = new KeptOutput({ timers, redact: options.redact ?? ((_sandbox, output) => output) });
  const boxes = new Map<string, MemorySandbox>();
  const passes = new Map<string, { halted: boolean; over: Promise<unknown> }>();
  let closed = false;

  function boxOf(sandbox: string): MemorySandbox {
    const known = boxes.get(sandbox);
    if (known) return known;
    const box = new MemorySandbox({
      ...{ sandbox, directories, keys, timers, ledger, log, counted, failpoint, kept },
      // The daemon finds its places while it starts.
      peer: () => place.peer,
      changed: () => closed || changed(sandbox),
    });
    boxes.set(sandbox, box);
    return box;
  }

  const recipe: Recipe = {
    delivery: 'memory',
    values: () => new Map(),
    request: (input) => memoryRequest(input, { init: place.init, link: directories.onHost(input.spec.id) }),
    holdsByShell: false,
    prepare: (spec) => directories.ensure(spec.id),
    made(id, request, image) {
      const sandbox = identityFrom(request.Labels)?.sandbox;
      if (sandbox !== undefined) boxOf(sandbox).made = { id, request, image };
    },
  };
  const creator: Creator = { engine, ledger, recipe, shells: new Set(), cpus: null };
  const tools: PassTools = {
    ...{ creator, kernel: new Kernel(), restarts: new Restarts(), log, now, timers, heartbeat, counted, failpoint },
    pace: new Pace(AT_ONCE, MOMENT, timers),
    termAt: new Map<string, number>(),
    portsAsked: new Map<string, SandboxSpec['ports']>(),
  };
  const opening = Promise.allSettled(
    directories
      .known()
      .filter((name) => name.startsWith('sbx_'))
      .map((sandbox) => boxOf(sandbox).door.open()),
  );

  /** The init of the sandbox's container. Throws SANDBOX_NOT_RUNNING. */
  function linked(sandbox: string): { box: MemorySandbox; link: InitLink; id: string } {
    const { id } = currentOf(ledger, sandbox);
    const box = boxOf(sandbox);
    if (((box.door.config(id)?.flags ?? 0) & ONE_SHOT) !== 0) throw notPossible();
    const link = box.door.link(id);
    if (link === null) {
      const { message } = notRunning();
      throw new SandboxError('SANDBOX_NOT_RUNNING', message, { retry: true });
    }
    return { box, link, id };
  }

  /** null where no main process runs and an earlier one left something. Throws SANDBOX_NOT_RUNNING. */
  function runs(sandbox: string): ReturnType<typeof linked> | null {
    try {
      return linked(sandbox);
    } catch (error) {
      if (error instanceof SandboxError && error.code === 'SANDBOX_NOT_RUNNING' && kept.hadMain(sandbox)) return null;
      throw error;
    }
  }

  return {
    kind: 'memory',

    async apply(wish, { signal = new AbortController().signal, progress = () => {}, look = true } = {}) {
      await opening;
      const { id } = wish.spec;
      const box = boxOf(id);
      const pass = { halted: false, over: Promise.resolve<unknown>(null) };
      const one = new MemoryPass(tools, box, { wish, signal, progress, halted: () => pass.halted });
      const running = one.run(look);
      pass.over = running.catch(() => {});
      passes.set(id, pass);
      try {
        const applied = await running;
        if (applied.seen.state === 'removed') {
          await box.door.remove();
          boxes.delete(id);
          kept.forget(id);
        }
        return applied;
      } finally {
        if (passes.get(id) === pass) passes.delete(id);
      }
    },

    async revoke(sandbox) {
      await opening;
      await failpoint('init.revoke:before');
      const box = boxOf(sandbox);
      const take = () => takeAll({ engine, ledger, kernel: tools.kernel, timers, log }, box, sandbox);
      const pass = passes.get(sandbox);
      if (pass) {
        pass.halted = true;
        // What it has begun may give something yet, so this is not the last word.
        await take().catch(() => {});
        await pass.over;
      }
      await take();
    },

    async exec(request) {
      const { box, link, id } = linked(request.sandbox);
      const config = box.door.config(id);
      if (config === null) throw notRunning();
      await failpoint('init.exec:before');
      return startCommand({ box, link, timers }, config, request);
    },

    execs: (sandbox) => [...(boxes.get(sandbox)?.commands.values() ?? [])].map((one) => ({ ...one })),

    ended: (sandbox) => kept.ends(sandbox),

    async attach(sandbox, execId, signal, { tail } = {}) {
      if (boxes.get(sandbox)?.commands.has(execId) !== true) return listenToEnded(kept, sandbox, execId);
      const { box, link } = linked(sandbox);
      return listenTo({ box, link, timers }, execId, signal, tail ?? null);
    },

    async *logs(sandbox, asked, signal) {
      const now = () => {
        const running = runs(sandbox);
        return running && { ...running, timers };
      };
      if (now() === null) yield* lastLines(kept.main(sandbox), asked.tail);
      else yield* mainOutput(now, asked, signal);
    },

    async removeOrphans(vault, sandbox) {
      for (const orphan of await orphansOf(engine, ledger, vault, sandbox)) {
        await engine.remove(orphan.id, { volumes: true });
        log('warn', 'removed a container of ours that nothing wants', { sandbox, container: orphan.id });
      }
      boxes.get(sandbox)?.over('SANDBOX_EXITED');
      await boxes.get(sandbox)?.door.remove();
      boxes.delete(sandbox);
      kept.forget(sandbox);
    },

    async close() {
      closed = true;
      heartbeat.close();
      await opening;
      await Promise.all([...boxes.values()].map((box) => box.door.close()));
    },
  };
}

function notPossible(): SandboxError {
  return new SandboxError(
    'EXEC_NOT_POSSIBLE',
    'The sandbox was made with oneShot: an init of its own has taken over, and nobody is left to run commands or to keep output. Use `docker exec`, or make it without oneShot.',
  );
}
