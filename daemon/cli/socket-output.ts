/** Copies a command over a WebSocket: its output to our streams, our input to it, at the pace of whoever is slower. */

import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { CliError } from './errors.js';
import type { Invocation } from './invocation.js';
import { type ExitRecord, exitOf } from './stream-output.js';

/** Bytes on their way to the daemon above which our input waits. */
const WAITING = 64 * 1024;

export interface Copying {
  /** Our standard input goes to the command. */
  input: boolean;
  /** Leaves, without ending the command. */
  signal?: AbortSignal;
}

/** Resolves with how the command ended, null where we left. @throws CliError where the connection broke before its end. */
export async function copySocket(
  socket: WebSocket,
  { around, output }: Invocation,
  { input, signal }: Copying,
): Promise<ExitRecord | null> {
  let exit: ExitRecord | null = null;
  let sink = around.stdout;
  let written = Promise.resolve();
  const write = async (bytes: Uint8Array, to: typeof sink): Promise<void> => {
    socket.pause();
    await output.write(to, bytes);
    socket.resume();
  };
  socket.on('message', (data: Buffer, binary: boolean) => {
    const to = sink;
    if (binary) written = written.then(() => write(data, to));
    else {
      const said: Record<string, unknown> = JSON.parse(data.toString('utf8'));
      if ('stream' in said) sink = said.stream === 'stderr' ? around.stderr : around.stdout;
      exit = exitOf(said) ?? exit;
    }
  });
  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  const stop = input ? passInput(socket, around.stdin) : () => {};
  const leave = (): void => socket.terminate();
  socket.resume();
  signal?.addEventListener('abort', leave);
  if (signal?.aborted === true) leave();
  try {
    const [, why] = await closed;
    await written;
    if (exit !== null || signal?.aborted === true) return exit;
    const reason = why.length === 0 ? '' : ` (${why.toString('utf8')})`;
    throw new CliError(
      'STREAM_BROKEN',
      `The connection ended before the command did${reason}; how it ended is unknown. Run \`ampoule execs ls\`, and try again.`,
    );
  } finally {
    signal?.removeEventListener('abort', leave);
    stop();
  }
}

/** Gives the way to stop. */
function passInput(socket: WebSocket, stdin: Invocation['around']['stdin']): () => void {
  const onData = (chunk: Buffer): void => {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(chunk, { binary: true }, () => {
      chunk.fill(0);
      if (socket.bufferedAmount <= WAITING) stdin.resume();
    });
    if (socket.bufferedAmount > WAITING) stdin.pause();
  };
  const onEnd = (): void => {
    if (socket.readyState === socket.OPEN) socket.send('{"eof":true}');
  };
  stdin.on('data', onData);
  stdin.on('end', onEnd);
  return () => {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    stdin.pause();
  };
}
