/** Waits until a request is decided. Wakes at its event and at the end of its session, whose requests close without one. */

import type { ActivationRequest } from '../../store/index.js';
import type { Parts } from '../parts.js';

/**
 * The request as it is when it is decided, when the time is over, or when nobody waits any more.
 * @param look reads it, as often as something happened.
 * @param waitMs at most this long.
 */
export function decided(
  { events }: Pick<Parts, 'events'>,
  look: () => ActivationRequest,
  waitMs: number,
  signal: AbortSignal,
): Promise<ActivationRequest> {
  const { id, session } = look();
  return new Promise((resolve, reject) => {
    const end = (): void => {
      forget();
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      try {
        resolve(look());
      } catch (error) {
        reject(error);
      }
    };
    // Whoever tells an event is not to hear that it cannot be read.
    const closed = (): boolean => {
      try {
        return look().state !== 'pending';
      } catch {
        return true;
      }
    };
    const forget = events.subscribe((_, event) => {
      const ours = (event.kind === 'request' && event.id === id) || (event.kind === 'session' && event.id === session);
      if (ours && closed()) end();
    });
    const timer = setTimeout(end, waitMs);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
