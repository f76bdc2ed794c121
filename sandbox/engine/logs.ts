/** Gives the output of a container's main process over Docker's API; never redacts, never runs anything. */

import { demux, type OutputPart, raw } from './demux.js';
import type { Engine } from './engine.js';

/**
 * Output so far (the last `tail` lines) and with `follow` what is added, until the container or `signal` ends it. An
 * abort ends it quietly. Throws as Engine.logs.
 */
export async function* readLogs(
  engine: Pick<Engine, 'logs'>,
  container: { dockerId: string; tty: boolean },
  options: { follow: boolean; tail?: number },
  signal: AbortSignal,
): AsyncGenerator<OutputPart, void, void> {
  if (signal.aborted) return;
  try {
    const source = await engine.logs(container.dockerId, options, signal);
    const stop = () => source.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      yield* container.tty ? raw(source) : demux(source);
    } finally {
      signal.removeEventListener('abort', stop);
      source.destroy();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
