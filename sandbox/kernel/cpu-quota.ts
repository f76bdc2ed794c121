/** Lifts the CPU quota of a container for a while, so that its init gets its turn at once, and puts it back. Never asks Docker. */

import { readFileSync, writeFileSync } from 'node:fs';
import { type Cgroup, cgroupDirectory } from './cgroup.js';

/** What to write where, and what stood there. */
export interface QuotaFile {
  file: string;
  lifted: string;
}

/** The file that holds a group's quota. */
export function quotaFile(group: Cgroup): QuotaFile {
  return group.version === 1
    ? { file: `${group.directory}/cpu.cfs_quota_us`, lifted: '-1' }
    : { file: `${group.directory}/cpu.max`, lifted: 'max' };
}

/** Takes the quota of the container with this process away; the answer puts it back. null: there is none, or it is out of reach. */
export function liftQuota(pid: number, dockerId: string, proc = '/proc'): (() => void) | null {
  const group = cgroupDirectory(pid, dockerId, proc, 'cpu');
  return group === null ? null : liftFor(group);
}

/** The same for a group that is known. */
export function liftFor(group: Cgroup): (() => void) | null {
  const { file, lifted } = quotaFile(group);
  let before: string;
  try {
    before = readFileSync(file, 'utf8').trim();
    if (before.startsWith(lifted)) return null;
    writeFileSync(file, lifted);
  } catch {
    return null;
  }
  return () => {
    try {
      writeFileSync(file, before);
    } catch {
      // The container is gone, and its group with it.
    }
  };
}
