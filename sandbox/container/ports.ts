/** Chooses host ports for those that were not given; pure but for its source of randomness. */

import { randomInt } from 'node:crypto';
import type { SandboxSpec } from '../types.js';

/** Below the range that Linux hands out to outgoing connections. */
const LOWEST = 20_000;
const HIGHEST = 32_767;

/** The same ports, each with a host port; given ones stay. `random` gives a whole number in [low, high]. */
export function choosePorts(
  ports: SandboxSpec['ports'],
  random: (low: number, high: number) => number = (low, high) => randomInt(low, high + 1),
): SandboxSpec['ports'] {
  const taken = new Set(ports.map((port) => port.host));
  return ports.map((port) => {
    if (port.host !== null) return port;
    let host = random(LOWEST, HIGHEST);
    while (taken.has(host)) host = host === HIGHEST ? LOWEST : host + 1;
    taken.add(host);
    return { ...port, host };
  });
}
