/** Finds the control group of a container, lists and freezes what is in it; never signals a process and never asks Docker. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { readProcFile } from './process.js';

/** One line of `/proc/<pid>/cgroup`. Version 2 has no controllers in it. */
export interface CgroupEntry {
  version: 1 | 2;
  controllers: string[];
  /** As seen from the reader's cgroup namespace: may begin with `/..`. */
  path: string;
}

/** One mounted hierarchy of `/proc/self/mountinfo`. */
export interface CgroupMount {
  version: 1 | 2;
  controllers: string[];
  /** Which part of the hierarchy is mounted. */
  root: string;
  mountPoint: string;
}

/** A control group that can be read and frozen. */
export interface Cgroup {
  version: 1 | 2;
  directory: string;
}

/** Parses `/proc/<pid>/cgroup`: version 1, hybrid, or 2. */
export function parseCgroups(text: string): CgroupEntry[] {
  const entries: CgroupEntry[] = [];
  for (const line of text.split('\n')) {
    const match = /^(\d+):([^:]*):(\/.*)$/.exec(line);
    if (!match) continue;
    const [, id, controllers, path] = match;
    const version = id === '0' && controllers === '' ? 2 : 1;
    entries.push({ version, controllers: controllers ? controllers.split(',') : [], path: path ?? '/' });
  }
  return entries;
}

/** Parses `/proc/self/mountinfo`; mounts that are no control groups are left out. */
export function parseCgroupMounts(text: string): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of text.split('\n')) {
    const [before, after] = line.split(' - ');
    const [type, , options] = (after ?? '').split(' ');
    const [, , , root, mountPoint] = (before ?? '').split(' ');
    if (!root || !mountPoint || (type !== 'cgroup' && type !== 'cgroup2')) continue;
    const controllers = type === 'cgroup' ? (options ?? '').split(',').filter((word) => word !== 'rw') : [];
    mounts.push({ version: type === 'cgroup' ? 1 : 2, controllers, root, mountPoint });
  }
  return mounts;
}

/**
 * The part of a path that is the container's own group: up to the last component that is its whole id, or a scope that
 * ends with it. null: the path does not lie in this container.
 */
export function containerPath(path: string, containerId: string): string | null {
  const components = path.split('/');
  for (let end = components.length; end > 0; end -= 1) {
    const name = components[end - 1] ?? '';
    if (name === containerId || name.endsWith(`-${containerId}.scope`)) return components.slice(0, end).join('/');
  }
  return null;
}

/** Whether any line of `/proc/<pid>/cgroup` puts the process into this container. */
export function belongsTo(text: string, containerId: string): boolean {
  return (
    /^[0-9a-f]{64}$/.test(containerId) && parseCgroups(text).some((entry) => containerPath(entry.path, containerId))
  );
}

/**
 * Which directory is the container's group: that of a controller of version 1 (the freezer) where there is one, else
 * version 2. null: the process is not in the container, or the hierarchy is not mounted where we can reach it.
 */
export function locateCgroup(
  cgroups: string,
  mountinfo: string,
  containerId: string,
  controller = 'freezer',
): Cgroup | null {
  const entries = parseCgroups(cgroups);
  const mounts = parseCgroupMounts(mountinfo);
  const old = entries.find((entry) => entry.controllers.includes(controller));
  const candidates = [old, entries.find((entry) => entry.version === 2)];
  for (const entry of candidates) {
    const path = entry && containerPath(entry.path, containerId);
    if (!entry || !path) continue;
    for (const mount of mounts) {
      if (mount.version !== entry.version) continue;
      if (mount.version === 1 && !mount.controllers.includes(controller)) continue;
      const below = posix.relative(rooted(mount.root), rooted(path));
      if (below === '' || below.startsWith('..') || below.includes(UNKNOWN)) continue;
      return { version: entry.version, directory: posix.join(mount.mountPoint, below) };
    }
  }
  return null;
}

/** Stands for the name of a group above the reader's namespace; no group is called so. */
const UNKNOWN = '\0';

/** Puts paths above the reader's namespace (`/../x`) under one imaginary root, so that they can be compared. */
function rooted(path: string): string {
  const up = /^(\/\.\.)*/.exec(path)?.[0] ?? '';
  const depth = 16 - up.length / 3;
  return `${`/${UNKNOWN}`.repeat(depth)}${path.slice(up.length)}`.replace(/\/$/, '');
}

/** The container's group as directory, found by one of its processes; null as for {@link locateCgroup}. */
export function cgroupDirectory(
  pid: number,
  containerId: string,
  proc = '/proc',
  controller = 'freezer',
): Cgroup | null {
  const cgroups = readProcFile(pid, 'cgroup', proc);
  if (cgroups === null || !belongsTo(cgroups, containerId)) return null;
  try {
    return locateCgroup(cgroups, readFileSync(`${proc}/self/mountinfo`, 'utf8'), containerId, controller);
  } catch {
    return null;
  }
}

/** Pids of all processes in a group and the groups below it; empty when it is gone. */
export function membersOf(group: Cgroup): number[] {
  const pids: number[] = [];
  const waiting = [group.directory];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    try {
      for (const line of readFileSync(`${directory}/cgroup.procs`, 'utf8').split('\n'))
        if (line) pids.push(Number(line));
      for (const entry of readdirSync(directory, { withFileTypes: true }))
        if (entry.isDirectory()) waiting.push(`${directory}/${entry.name}`);
    } catch {
      // Removed while it was read: nothing is in it.
    }
  }
  return pids;
}

/** Whether the group itself was told to freeze (paused, or by {@link freeze}). */
export function frozen(group: Cgroup): boolean {
  const [file, thawed] = group.version === 1 ? ['freezer.self_freezing', '0'] : ['cgroup.freeze', '0'];
  return (readFrom(group, file) ?? thawed).trim() !== thawed;
}

/** Freezes everything in the group; resolves true when all of it stands still, false when that took more than `waitMs`. */
export async function freeze(group: Cgroup, waitMs = 200): Promise<boolean> {
  if (!writeTo(group, group.version === 1 ? ['freezer.state', 'FROZEN'] : ['cgroup.freeze', '1'])) return false;
  for (const until = performance.now() + waitMs; ; ) {
    const stands =
      group.version === 1
        ? readFrom(group, 'freezer.state')?.trim() === 'FROZEN'
        : /^frozen 1$/m.test(readFrom(group, 'cgroup.events') ?? '');
    if (stands) return true;
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Lets everything in the group go on; also what somebody else paused. Does nothing when the group is gone. */
export function thaw(group: Cgroup): void {
  writeTo(group, group.version === 1 ? ['freezer.state', 'THAWED'] : ['cgroup.freeze', '0']);
}

function readFrom(group: Cgroup, file: string): string | null {
  try {
    return readFileSync(`${group.directory}/${file}`, 'utf8');
  } catch {
    return null;
  }
}

function writeTo(group: Cgroup, [file, text]: [string, string]): boolean {
  try {
    writeFileSync(`${group.directory}/${file}`, text);
    return true;
  } catch {
    return false;
  }
}
