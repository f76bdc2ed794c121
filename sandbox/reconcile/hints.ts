/** Says whether a list or an event of Docker's fits what is expected of a sandbox; pure. */

import type { ContainerListed, EngineEvent } from '../engine/engine.js';

/** What a list should show of a sandbox. */
export interface Expected {
  containerId: string | null;
  running: boolean;
  name: string;
}

/** Events that can mean that a container is not as it should be. */
const TELLING = new Set(['start', 'die', 'pause', 'unpause', 'rename', 'destroy', 'restart', 'kill', 'oom']);

/** Whether a list shows exactly what is expected. */
export function fits(expected: Expected, listed: ContainerListed[]): boolean {
  if (expected.containerId === null) return listed.length === 0;
  const [one, ...others] = listed;
  if (one === undefined || others.length > 0 || one.id !== expected.containerId) return false;
  return one.names.includes(expected.name) && (one.state === 'running') === expected.running;
}

/** Whether an event can mean something new. `expected` is null while that is not known, as during a pass. */
export function isTelling(event: Pick<EngineEvent, 'id' | 'action'>, expected: Expected | null): boolean {
  if (!TELLING.has(event.action)) return false;
  // The end of a container that was replaced is nothing new.
  return expected === null || event.id === expected.containerId || event.action === 'start';
}
