/** A start of a container, and whether a connection is from the process that it brought up; reads /proc alone. */

import type { RecordedProcess } from '../kernel/container-end.js';
import { type Peer, peerStands } from '../kernel/peer.js';
import { isAlive } from '../kernel/process.js';
import type { InitConfig } from './frames.js';

/** A start of a container. */
export interface Start {
  dockerId: string;
  config: InitConfig;
  /** null: Docker has not said yet. */
  process: RecordedProcess | null;
  /** We asked for it ourselves, and no connection of it was taken yet. */
  fresh: boolean;
}

/** The process that Docker named is known, and still the one. */
export function isRunning(start: Start | null, proc = '/proc'): boolean {
  const process = start?.process ?? null;
  return process !== null && (process.pidStart === null || isAlive(process.pid, process.pidStart, proc));
}

/**
 * Whether the container's first process is at the other end. Where the kernel cannot be asked (`peer` null), the first
 * connection of a start of ours is taken for it: nothing of the user's runs before it is answered.
 */
export function isItsOwn(start: Start, peer: Peer | null, proc = '/proc'): boolean {
  if (start.process === null) return false;
  if (peer === null) return start.fresh;
  const { pid, pidStart } = start.process;
  return peerStands(peer, { pid, start: pidStart, containerId: start.dockerId }, proc);
}
