/** The ring of events that `GET /v1/events` reads: kinds and ids, never state. Lives in memory and dies with the process. */

import type { Event, EventHub } from './parts.js';

/** Events kept for clients that come back. */
const KEPT = 1000;

/** @param start number of this process, such as its start time in milliseconds; ids are `<start>-<n>`. */
export function createEventHub(start: number): EventHub {
  const ring: { n: number; event: Event }[] = [];
  const listeners = new Set<(id: string, event: Event) => void>();
  let newest = 0;
  const name = (n: number): string => `${start}-${n}`;

  return {
    get last() {
      return name(newest);
    },
    emit(event) {
      newest += 1;
      ring.push({ n: newest, event });
      if (ring.length > KEPT) ring.shift();
      for (const listener of [...listeners]) listener(name(newest), event);
    },
    since(lastEventId) {
      const [process, count, ...rest] = lastEventId.split('-');
      const n = Number(count);
      if (process !== String(start) || rest.length > 0 || !/^\d{1,15}$/.test(count ?? '') || n > newest) return 'reset';
      if (newest - n > ring.length) return 'reset';
      return ring.filter((kept) => kept.n > n).map((kept) => ({ id: name(kept.n), event: kept.event }));
    },
    subscribe(listener) {
      const own = (id: string, event: Event): void => listener(id, event);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
}
