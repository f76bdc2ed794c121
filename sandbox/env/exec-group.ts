/** Keeps an exec's processes in a control group of their own below the container's, so that none gets lost; kills nothing. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type Cgroup, membersOf } from '../kernel/cgroup.js';

const PREFIX = 'ampoule-';

/** Makes the group of an exec; null where control groups cannot be written. */
export function makeExecGroup(container: Cgroup, execId: string): Cgroup | null {
  const group: Cgroup = { version: container.version, directory: `${container.directory}/${PREFIX}${execId}` };
  try {
    mkdirSync(group.directory);
  } catch {
    if (!existsSync(`${group.directory}/cgroup.procs`)) return null;
  }
  return group;
}

/** Moves a process in; its later children are born there. false: it is gone, or may not be moved. */
export async function moveInto(group: Cgroup, pid: number): Promise<boolean> {
  try {
    await writeFile(`${group.directory}/cgroup.procs`, String(pid));
    return true;
  } catch {
    return false;
  }
}

/** Processes in the groups of other execs, also of those that ended and left something running. */
export function membersOfOthers(container: Cgroup, own: Cgroup | null): Set<number> {
  const others = new Set<number>();
  for (const directory of groupsBelow(container))
    if (directory !== own?.directory)
      for (const pid of membersOf({ version: container.version, directory })) others.add(pid);
  return others;
}

/** Removes the groups that nothing lives in any more, except those in use. */
export function removeEmptyGroups(container: Cgroup, inUse: ReadonlySet<string>): void {
  for (const directory of groupsBelow(container)) {
    try {
      if (!inUse.has(directory) && readFileSync(`${directory}/cgroup.procs`, 'utf8') === '') rmdirSync(directory);
    } catch {
      // Gone with its container, or filled again: the next exec looks once more.
    }
  }
}

function groupsBelow(container: Cgroup): string[] {
  try {
    return readdirSync(container.directory)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => `${container.directory}/${name}`);
  } catch {
    return [];
  }
}
