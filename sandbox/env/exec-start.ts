/** Starts one exec over Docker's API and finds out what came of it: a process, or the reason why there is none. */

import type { Duplex } from 'node:stream';
import { commandOf } from '../container/command.js';
import { demux, type OutputPart } from '../engine/demux.js';
import type { Engine } from '../engine/engine.js';
import { UnknownOutcome } from '../errors.js';
import type { ExecRequest } from '../types.js';
import { type StartRefusal, startRefusal } from './exec-refused.js';
import { MARKER } from './exec-trace.js';

export type ExecEngine = Pick<Engine, 'execCreate' | 'execStart' | 'execInspect' | 'inspect'>;

/** Creates the exec with its marker; the request's variables win over the container's. Returns Docker's id for it. */
export function createExec(engine: ExecEngine, dockerId: string, request: ExecRequest): Promise<string> {
  const env = Object.entries(request.env).filter(([name]) => name !== MARKER);
  return engine.execCreate(dockerId, {
    command: commandOf(request),
    env: [...env.map(([name, value]) => `${name}=${value}`), `${MARKER}=${request.execId}`],
    workdir: request.workdir,
    user: request.user,
    tty: false,
    stdin: request.stdin !== null,
  });
}

/** Starts it, writes its stdin and closes that; the connection's reading side is its output. */
export async function openExec(engine: ExecEngine, exec: string, stdin: Uint8Array | null): Promise<Duplex> {
  const connection = await engine.execStart(exec, { tty: false });
  // The command may end before it has read its stdin. Reading reports what matters.
  connection.on('error', () => {});
  if (stdin !== null) connection.end(stdin);
  return connection;
}

/** Waits until the exec has a process (`pid`), or has ended without one being seen (null). At most 10 s. */
export async function whenStarted(engine: ExecEngine, exec: string): Promise<number | null> {
  const until = performance.now() + 10_000;
  for (let pause = 3; ; pause = Math.min(50, pause * 1.3)) {
    const seen = await engine.execInspect(exec);
    if (seen === null) return null;
    if (seen.pid > 0) return seen.pid;
    if (seen.exitCode !== null) return null;
    if (performance.now() > until) throw new UnknownOutcome('execStart', 'it has no process after 10 s');
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Output of an exec of which no process was seen: why it never began, or what a very short one said. */
export async function outputWithoutProcess(
  connection: Duplex,
  command: string[],
): Promise<{ refusal: StartRefusal | null; parts: OutputPart[] }> {
  const parts: OutputPart[] = [];
  const giveUp = setTimeout(() => connection.destroy(), 5_000);
  try {
    for await (const part of demux(connection)) parts.push(part);
  } catch {
    // What came until here is all there is.
  } finally {
    clearTimeout(giveUp);
  }
  const text = Buffer.concat(parts.map((part) => part.data))
    .subarray(0, 4096)
    .toString('utf8');
  return { refusal: startRefusal(text, command), parts };
}
