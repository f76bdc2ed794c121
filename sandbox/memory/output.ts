/** What the main process of a sandbox with an init wrote, and writes, over all its starts in one container. */

import type { Socket } from 'node:net';
import type { OutputPart } from '../engine/demux.js';
import { SandboxError } from '../errors.js';
import { streamFrame } from '../link/frames.js';
import { FrameSplitter } from '../link/split.js';
import { type Commands, firstOf } from './commands.js';

/** Times that a main which is ended meanwhile is asked again for its output. */
const TRIES = 5;

export interface OutputAsked {
  follow: boolean;
  /** Lines; all that is there without it. */
  tail?: number;
}

/**
 * Output from its ring and with `follow` as it comes; a main that is started again for a change goes on in the same output.
 * `now`: the sandbox as it is at that moment, null when it runs no more.
 */
export async function* mainOutput(
  now: () => Commands | null,
  asked: OutputAsked,
  signal: AbortSignal,
): AsyncGenerator<OutputPart, void, void> {
  let id = 'main';
  let options = asked;
  let over = 0;
  for (let of = now(); of !== null && !signal.aborted; of = now()) {
    const found = await connect(of, id, options, signal);
    if (found) yield* read(found.socket, signal);
    if (!asked.follow) return;
    if (found) {
      // What a start between two looks wrote is in the ring, too.
      id = `main-${found.start + 1}`;
      options = { follow: true };
    }
    const next = await of.box.mainAfter(found ? found.start : (of.box.main ?? over), signal);
    if (next === null) return;
    over = next;
  }
}

async function* read(socket: Socket, signal: AbortSignal): AsyncGenerator<OutputPart, void, void> {
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const splitter = new FrameSplitter();
  try {
    for await (const chunk of socket)
      for (const raw of splitter.push(chunk)) {
        const frame = streamFrame(raw);
        if (frame.type === 'exit') return;
        const { type: _, ...part } = frame;
        yield part;
      }
  } catch (error) {
    if (!signal.aborted && error instanceof SandboxError) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** A main that is being ended may not answer any more, and the one that follows it does. null: there is none. */
async function connect(of: Commands, id: string, options: OutputAsked, signal: AbortSignal) {
  for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
    const over = new AbortController();
    const lose = () => over.abort();
    const forget = of.box.hear('main', { started() {}, ended() {}, gone: lose, over: lose });
    const token = of.box.door.tokens.give();
    const answer = firstOf(of, id, token, { signal: AbortSignal.any([over.signal, signal]) });
    of.link.attach(id, token.bytes, options.follow, options.tail ?? null);
    try {
      const socket = await answer;
      if (socket) return { socket, start: token.start };
    } catch (error) {
      // There is no main process, and none was: nothing was said.
      if (error instanceof SandboxError && error.code === 'INIT_REFUSED') return null;
      throw error;
    } finally {
      forget();
    }
  }
  return null;
}
