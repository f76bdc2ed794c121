/** Starts commands by a sandbox's init, and listens to those that run. */

import { Readable } from 'node:stream';
import { commandOf } from '../container/command.js';
import { SandboxError } from '../errors.js';
import type { InitConfig } from '../link/frames.js';
import { type InitLink, type InitRefused, LinkLost } from '../link/link.js';
import type { Token } from '../link/tokens.js';
import type { Timers } from '../timers.js';
import type { ExecRequest, RunningExec } from '../types.js';
import { MemoryExec } from './exec.js';
import type { KeptOutput } from './kept-output.js';
import { COMMAND, type MemorySandbox } from './sandbox.js';

/** Milliseconds for an init that shares its CPU quota with every command to start another. */
const START = 30_000;
/** Milliseconds for a started command's connection, which waits behind others where many are busy. */
const CONNECT = 120_000;

export interface Commands {
  box: MemorySandbox;
  link: InitLink;
  timers: Timers;
}

/** Throws SANDBOX_NOT_RUNNING, EXEC_NOT_POSSIBLE, INIT_REFUSED. */
export async function startCommand(of: Commands, config: InitConfig, request: ExecRequest): Promise<RunningExec> {
  const { box, link, timers } = of;
  const { execId, tty } = request;
  const startedAt = performance.now();
  const detached = request.detach ?? false;
  const input = request.stdin !== null || (request.interactive ?? false) || tty !== undefined;
  const exec = new MemoryExec({ execId, timers, startedAt, stays: detached, ask: (reason) => ask(of, execId, reason) });
  const token = box.door.tokens.give();
  const forget = box.hear(execId, exec);
  box.commands.set(execId, { execId, pid: 0, detached, tty: tty !== undefined, startedAt: timers.now() });
  const answer = firstOf(of, execId, token, { exec, detached });
  link.exec({
    id: execId,
    token: token.bytes,
    flags: (tty ? COMMAND.tty : 0) | (input ? COMMAND.stdin : 0) | (detached ? COMMAND.detached : 0),
    user: request.user ?? config.user,
    workdir: request.workdir ?? '',
    columns: tty?.columns ?? 0,
    rows: tty?.rows ?? 0,
    argv: commandOf(request),
    env: Object.entries(request.env).map(([name, value]) => `${name}=${value}`),
  });
  try {
    const socket = await answer;
    if (socket) exec.connected(socket);
  } catch (error) {
    box.commands.delete(execId);
    forget();
    throw error;
  }
  if (request.timeout !== null) exec.limit(Math.max(0, request.timeout - (performance.now() - startedAt)));
  if (request.stdin !== null) void exec.write(request.stdin).then(() => request.interactive || exec.closeInput());
  return exec;
}

/** One that runs. Throws EXEC_NOT_FOUND. */
export async function listenTo(
  of: Commands,
  execId: string,
  signal: AbortSignal,
  tail: number | null,
): Promise<RunningExec> {
  const { box, link, timers } = of;
  const known = box.commands.get(execId);
  if (!known?.detached) throw notFound();
  const token = box.door.tokens.give();
  const startedAt = performance.now();
  const exec = new MemoryExec({ execId, timers, startedAt, stays: true, ask: (reason) => ask(of, execId, reason) });
  const forget = box.hear(execId, exec);
  const answer = firstOf(of, execId, token);
  link.attach(execId, token.bytes, true, tail);
  try {
    const socket = await answer;
    if (!socket) throw notFound();
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    if (signal.aborted) socket.destroy();
    socket.once('close', forget);
    exec.connected(socket);
    return exec;
  } catch (error) {
    forget();
    throw error instanceof SandboxError && error.code === 'INIT_REFUSED' ? notFound() : error;
  }
}

/** One that ended lately, as if it ended now. Throws EXEC_NOT_FOUND. */
export function listenToEnded(kept: KeptOutput, sandbox: string, execId: string): RunningExec {
  const found = kept.command(sandbox, execId);
  if (found === null) throw notFound();
  const { end, output } = found;
  return {
    execId,
    output: Readable.from(output),
    exit: Promise.resolve({ ...end.exit, tookMs: end.endedAt - end.startedAt }),
    end: async () => {},
  };
}

function ask({ link }: Commands, execId: string, reason: string): boolean {
  if (link.closed) return false;
  link.end(execId, 0, reason);
  return true;
}

/**
 * The connection that brings the token; null for a detached command that began, and when `signal` is given. Rejects with a
 * refusal, or where nobody comes.
 */
export function firstOf(
  { link, timers }: Commands,
  id: string,
  token: Token,
  { exec, detached = false, signal }: { exec?: MemoryExec; detached?: boolean; signal?: AbortSignal } = {},
) {
  return new Promise<Awaited<Token['socket']> | null>((resolve, reject) => {
    const settle = (then: () => void) => {
      cancel();
      hush();
      token.drop();
      signal?.removeEventListener('abort', none);
      if (exec) exec.began = () => {};
      then();
    };
    const none = () => settle(() => resolve(null));
    const giveUp = () => settle(() => reject(new LinkLost()));
    let cancel = timers.after(START, giveUp);
    let hush = () => {};
    hush = link.refusal(id, (refused) => settle(() => reject(wordsFor(refused))));
    void token.socket.then((socket) => settle(() => resolve(socket)));
    signal?.addEventListener('abort', none, { once: true });
    if (exec === undefined) return;
    exec.began = () => {
      cancel();
      if (detached) none();
      else cancel = timers.after(CONNECT, giveUp);
    };
    if (detached) void exec.exit.then(none);
  });
}

function wordsFor(refused: InitRefused | LinkLost): SandboxError {
  if (refused instanceof LinkLost)
    return new SandboxError('SANDBOX_NOT_RUNNING', refused.message, { retry: true, cause: refused });
  // Its main process begins again, say.
  if (refused.code === 8) return notYet(refused);
  return new SandboxError(
    'INIT_REFUSED',
    refused.code === 5
      ? 'The sandbox has as many processes as it may have. End some, or raise `limits.pids`.'
      : 'The sandbox did not take the command. Check its words, user, directory and variables.',
    { cause: refused, retry: refused.code === 5 },
  );
}

function notYet(cause: InitRefused): SandboxError {
  return new SandboxError(
    'SANDBOX_NOT_RUNNING',
    'The sandbox has just begun, and has not got its values yet. Try again in a moment.',
    { cause, retry: true },
  );
}

function notFound(): SandboxError {
  return new SandboxError(
    'EXEC_NOT_FOUND',
    'No such command runs detached in this sandbox, nor ended lately. See `ampoule execs ls` and `ampoule execs ls --ended`.',
  );
}
