/** Carries a running command over a WebSocket: bytes both ways with back-pressure, sizes in, the exit out. Starts and authorises nothing. */

import type { ExecExit, RunningExec } from '../../sandbox/index.js';
import type { WebSocket } from './sockets.js';
import type { StreamEnd } from './streams.js';

/** Input that may wait for the command, in bytes; beyond it the client is not read. */
const WAITING = 256 * 1024;
/** Milliseconds between looks at whether the client is still there; two without an answer and it is not. */
const PULSE = 30_000;
/** Milliseconds that a client has to say goodbye. */
const GOODBYE = 1_000;
/** Close codes: done, going away, not allowed (any more), bad message, ours. */
const CLOSE = { done: 1000, away: 1001, refused: 1008, bad: 1007, ours: 1011 } as const;

export interface Carried {
  running: Pick<RunningExec, 'write' | 'closeInput' | 'resize' | 'exit'>;
  /** Clean of secrets. */
  output: AsyncIterable<{ stream: 'stdout' | 'stderr'; data: Uint8Array }>;
  /** Aborted with a `StreamEnd`. */
  signal: AbortSignal;
}

/** Resolves when the socket is closed or about to be. Never rejects. */
export async function carryTerminal(socket: WebSocket, { running, output, signal }: Carried): Promise<void> {
  const pulse = watch(socket);
  const input = readInput(socket, running);
  const end = (): void => closeFor(socket, signal);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    let last = 'stdout';
    for await (const { stream, data } of output) {
      if (stream !== last) await say(socket, { stream });
      last = stream;
      await send(socket, data, true);
    }
    await say(socket, { exit: shown(await running.exit) });
    close(socket, CLOSE.done, 'the command has ended');
  } catch {
    close(socket, CLOSE.ours, 'the output was lost');
  } finally {
    signal.removeEventListener('abort', end);
    clearInterval(pulse);
    input.stop();
  }
}

function shown({ code, signal, reason }: ExecExit): Record<string, unknown> {
  return { code, ...(signal === undefined ? {} : { signal }), ...(reason === undefined ? {} : { reason }) };
}

/** Resolves once it is on its way, so that the reader's pace is the command's; where nobody reads any more, at once. */
function send(socket: WebSocket, data: Uint8Array | string, binary: boolean): Promise<void> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  return new Promise((resolve) => socket.send(data, { binary }, () => resolve()));
}

function say(socket: WebSocket, message: object): Promise<void> {
  return send(socket, JSON.stringify(message), false);
}

/** Bytes to the command in order; a client that is faster than the command is not read meanwhile. */
function readInput(socket: WebSocket, running: Carried['running']): { stop(): void } {
  let waiting = 0;
  let queue = Promise.resolve();
  const pass = (bytes: Uint8Array): void => {
    waiting += bytes.length;
    if (waiting > WAITING) socket.pause();
    const passed = (): void => {
      bytes.fill(0);
      waiting -= bytes.length;
      if (waiting <= WAITING) socket.resume();
    };
    // A command that takes no input any more lets it fall.
    queue = queue.then(() => running.write?.(bytes)).then(passed, passed);
  };
  const hear = (data: unknown, binary: boolean): void => {
    const bytes = bytesOf(data);
    const message = binary ? null : readMessage(bytes);
    if (binary) pass(bytes);
    else if (message === null)
      close(socket, CLOSE.bad, 'a text message is {"resize": {"columns", "rows"}} or {"eof": true}');
    else if ('eof' in message) queue = queue.then(() => running.closeInput?.());
    else running.resize?.(message.columns, message.rows);
  };
  socket.on('message', hear);
  return { stop: () => void socket.removeListener('message', hear) };
}

function bytesOf(data: unknown): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data as Buffer[]);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : (data as Buffer);
}

/** null: none that is known. */
export function readMessage(bytes: Uint8Array): { columns: number; rows: number } | { eof: true } | null {
  let message: unknown;
  try {
    message = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
  if (typeof message !== 'object' || message === null) return null;
  if ('eof' in message && message.eof === true) return { eof: true };
  const size: unknown = 'resize' in message ? message.resize : null;
  if (typeof size !== 'object' || size === null || !('columns' in size) || !('rows' in size)) return null;
  const { columns, rows } = size;
  return fits(columns) && fits(rows) ? { columns, rows } : null;
}

function fits(cells: unknown): cells is number {
  return typeof cells === 'number' && Number.isInteger(cells) && cells >= 1 && cells <= 1000;
}

function watch(socket: WebSocket): NodeJS.Timeout {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  return setInterval(() => {
    if (answered) socket.ping();
    else socket.terminate();
    answered = false;
  }, PULSE).unref();
}

function closeFor(socket: WebSocket, signal: AbortSignal): void {
  const reason = signal.reason as StreamEnd;
  if (reason === 'CLIENT_GONE') socket.terminate();
  else close(socket, reason === 'TOKEN_REVOKED' ? CLOSE.refused : CLOSE.away, reason);
}

/** Says goodbye, and does not wait for long. */
function close(socket: WebSocket, code: number, reason: string): void {
  socket.resume();
  socket.close(code, reason);
  const timer = setTimeout(() => socket.terminate(), GOODBYE).unref();
  socket.once('close', () => clearTimeout(timer));
}
