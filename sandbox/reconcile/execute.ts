/** Carries out the operations of a plan, one after the other; decides nothing. The first failure ends it: the caller looks again. */

import { choosePorts } from '../container/ports.js';
import { assertPlace } from '../container/workspace.js';
import type { ContainerSeen, Engine } from '../engine/engine.js';
import { type Names, named } from '../engine/errors.js';
import { SandboxError, UnknownOutcome } from '../errors.js';
import { type Kernel, PATIENCE, type RecordedProcess } from '../kernel/container-end.js';
import type { Ledger, LedgerRow, Log, SandboxState, Wish } from '../types.js';
import { type Creator, createContainer } from './create.js';
import type { Operation, Subject } from './operations.js';
import { printed } from './operations.js';

/** Milliseconds for a killed container to stand still. */
const DEATH = 5_000;

export interface Execution {
  creator: Creator;
  engine: Engine;
  ledger: Ledger;
  kernel: Kernel;
  log: Log;
  signal: AbortSignal;
  /** Nothing further is begun; calls in flight go on. */
  halted: () => boolean;
  progress: (state: SandboxState) => void;
  /** Called before a container is stopped, whose commands then end for that reason. */
  replaced: (dockerId: string) => void;
  /** When TERM was first sent to a container: its grace period runs once. */
  termAt: Map<string, number>;
  now: () => number;
  /** Before a start. */
  starts?: (row: LedgerRow, id: string) => Promise<void>;
  /** After a start, and where somebody else's was seen. */
  runs?: (row: LedgerRow, seen: ContainerSeen, process: RecordedProcess) => Promise<void>;
  /** Called when host ports were chosen, with what was asked for. */
  portsChosen: (asked: Wish['spec']['ports']) => void;
}

interface Known {
  row: LedgerRow;
  id: string;
  name: string;
}

export async function execute(run: Execution, wish: Wish, operations: Operation[]): Promise<void> {
  const text = printed(operations);
  let current = wish;
  let created: Known | null = null;
  for (const [index, operation] of operations.entries()) {
    if (run.signal.aborted || run.halted()) throw new UnknownOutcome(operation.do, 'the pass was given up');
    const began = run.now();
    try {
      if (operation.do === 'choosePorts') current = portsFor(run, current);
      else if (operation.do === 'create') {
        run.progress('creating');
        created = await createContainer(run.creator, current, operation);
      } else await perform(run, current, operation, created);
    } catch (error) {
      throw error instanceof SandboxError ? named(error, namesOf(wish, operation)) : error;
    }
    run.log('info', text[index] ?? operation.do, {
      sandbox: wish.spec.id,
      operation: operation.do,
      cause: operation.cause,
      ms: run.now() - began,
    });
  }
}

/** For the advice of a refusal. */
function namesOf({ spec }: Wish, operation: Operation): Names {
  return {
    IMAGE: 'image' in operation ? operation.image : spec.image,
    NETWORK: spec.network,
    ...(spec.workspace.kind === 'hostPath' ? { PATH: spec.workspace.hostPath } : {}),
    ...(operation.do === 'removeVolume' ? { VOLUME: operation.volume } : {}),
  };
}

type Rest = Exclude<Operation, { do: 'choosePorts' | 'create' }>;

async function perform(run: Execution, wish: Wish, operation: Rest, created: Known | null): Promise<void> {
  const { engine, ledger } = run;
  const known = (of: Subject): Known => {
    if (of !== 'created') return of;
    if (created === null) throw new Error('a plan used a container that it had not created');
    return created;
  };
  switch (operation.do) {
    case 'adopt':
      ledger.created(operation.row.id, operation.id, (await engine.inspect(operation.id))?.imageId ?? null);
      return;
    case 'end':
      ledger.ended(operation.row.id);
      return;
    case 'recordStart': {
      const { row, id } = known(operation.of);
      ledger.starting(row.id);
      await recordStart(run, row, id);
      return;
    }
    case 'recordStop':
      ledger.stopped(known(operation.of).row.id);
      return;
    case 'recordGeneration':
      ledger.generation(known(operation.of).row.id, operation.epoch, operation.generation);
      return;
    case 'role':
      ledger.role(known(operation.of).row.id, operation.role);
      return;
    case 'unpause':
      await engine.unpause(known(operation.of).id);
      return;
    case 'stop':
      await stop(run, known(operation.of), operation.grace, operation.revoking);
      return;
    case 'remove': {
      const { id } = known(operation.of);
      if (wish.goal === 'removed') run.progress('removing');
      run.replaced(id);
      await engine.remove(id, { volumes: true });
      run.kernel.gone(id);
      run.termAt.delete(id);
      return;
    }
    case 'removeStranger':
      await engine.remove(operation.id, { volumes: true });
      return;
    case 'removeVolume':
      await engine.removeVolume(operation.volume);
      return;
    case 'pull':
      run.progress('pulling');
      await engine.pull(operation.image, { signal: run.signal });
      return;
    case 'start': {
      const { row, id } = known(operation.of);
      assertPlace(wish.spec);
      await run.starts?.(row, id);
      ledger.starting(row.id);
      await run.kernel.starting(id, () => engine.start(id));
      await recordStart(run, row, id);
      return;
    }
    case 'rename':
      await engine.rename(known(operation.of).id, operation.name);
      return;
  }
}

function portsFor(run: Execution, wish: Wish): Wish {
  const ports = choosePorts(wish.spec.ports);
  run.portsChosen(wish.spec.ports);
  run.ledger.keepPorts(wish.spec.id, ports);
  return { ...wish, spec: { ...wish.spec, ports } };
}

async function recordStart(run: Execution, row: LedgerRow, id: string): Promise<void> {
  const seen = await run.engine.inspect(id);
  run.termAt.delete(id);
  if (seen === null || seen.state.pid <= 0) {
    run.ledger.stopped(row.id);
    return;
  }
  const process = run.kernel.record(seen.state.pid, id);
  run.ledger.started(row.id, process);
  await run.runs?.(row, seen, process);
}

/** TERM, the grace period by our own timer, KILL. A revocation does not depend on Docker where the kernel can do it. */
async function stop(run: Execution, { row, id }: Known, grace: number, revoking: boolean): Promise<void> {
  run.replaced(id);
  const send = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const sent = run.engine.kill(id, signal);
    if (!revoking) return void (await sent);
    if ((await run.kernel.orEnd(sent, row)) === 'done') return;
    run.ledger.stopped(row.id);
    throw new UnknownOutcome('kill', 'the kernel did it');
  };
  let stands = false;
  if (grace > 0) {
    const termAt = run.termAt.get(id) ?? run.now();
    run.termAt.set(id, termAt);
    await send('SIGTERM');
    const left = termAt + grace - run.now();
    stands = left > 0 && (await run.engine.waitStopped(id, left));
  }
  if (!stands) {
    await send('SIGKILL');
    stands = await run.engine.waitStopped(id, revoking ? PATIENCE : DEATH);
    if (!stands && !(revoking && (await run.kernel.end(row))))
      throw new UnknownOutcome('kill', 'the container still runs');
  }
  run.ledger.stopped(row.id);
}
