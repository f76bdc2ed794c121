/** Which processes belong to a test's engine, by its mount namespace and its control group. Ends none. */

import { existsSync, readdirSync, readFileSync, readlinkSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EnginePlace } from './engine.js';

/** Pids of the engine (but never its guard): those with a given program's name, or all with the containers' processes. */
export function membersOf(place: Pick<EnginePlace, 'guard' | 'group'>, names: readonly string[] | 'all'): number[] {
  const space = namespace(place.guard);
  const found = new Set<number>();
  for (const pid of pids()) {
    if (pid === place.guard || parentOf(pid) === place.guard || namespace(pid) !== space || space === null) continue;
    if (names === 'all' || names.includes(nameOf(pid) ?? '')) found.add(pid);
  }
  if (names === 'all') for (const pid of inGroup(place.group)) found.add(pid);
  return [...found].filter((pid) => !isZombie(pid));
}

/** Lets paused containers go on: a killed process that is frozen does not die. */
export function thaw(group: string): void {
  for (const procs of groupFiles(group)) {
    for (const [name, on] of Object.entries({ 'freezer.state': 'THAWED', 'cgroup.freeze': '0' })) {
      write(join(dirname(procs), name), on);
    }
  }
}

/** Stops a control group and those below it; true once everything in it stands still. Undone by {@link thaw}. */
export function freeze(group: string): boolean {
  let still = false;
  for (const procs of groupFiles(group)) {
    for (const [name, on, state, done] of [
      ['freezer.state', 'FROZEN', 'freezer.state', /^FROZEN$/m],
      ['cgroup.freeze', '1', 'cgroup.events', /^frozen 1$/m],
    ] as const) {
      const directory = dirname(procs);
      if (!write(join(directory, name), on)) continue;
      still ||= done.test(read(join(directory, state)) ?? '');
    }
  }
  return still;
}

/** Processes of the engine's containers, by control group. */
export function inGroup(group: string): number[] {
  const found = new Set<number>();
  for (const file of groupFiles(group)) {
    // A process that is just going away reads as 0; a signal to 0 would go to our own group.
    for (const line of (read(file) ?? '').split('\n')) if (Number(line) > 1) found.add(Number(line));
  }
  return [...found];
}

/** Removes the engine's control groups; one in which something still runs stays. */
export function removeGroups(group: string): void {
  for (const procs of groupFiles(group).reverse()) {
    try {
      rmdirSync(dirname(procs));
    } catch {
      // Not empty, or gone.
    }
  }
}

/** Every process of this machine that we can see. */
export function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Id of the container whose control group a process is in; null: none. */
export function containerOf(pid: number): string | null {
  return /[0-9a-f]{64}/.exec(read(`/proc/${pid}/cgroup`) ?? '')?.[0] ?? null;
}

export function nameOf(pid: number): string | null {
  return read(`/proc/${pid}/comm`)?.trim() ?? null;
}

/** When a process started, in clock ticks since boot; null: it is dead or gone. */
export function startOf(pid: number): string | null {
  if (isZombie(pid)) return null;
  return read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ')[19] ?? null;
}

function parentOf(pid: number): number | null {
  const after = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  return after === undefined ? null : Number(after[1]);
}

/** Dead or gone: nothing of it runs or holds memory. */
export function isZombie(pid: number): boolean {
  return (read(`/proc/${pid}/stat`)?.split(') ').at(-1) ?? 'Z').startsWith('Z');
}

function namespace(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return null;
  }
}

function groupFiles(group: string): string[] {
  const roots = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name))];
  return roots
    .map((root) => join(root, group))
    .filter(isDirectory)
    .flatMap(procsBelow);
}

function procsBelow(directory: string): string[] {
  const below = subdirectories(directory);
  return [join(directory, 'cgroup.procs'), ...below.flatMap((name) => procsBelow(join(directory, name)))];
}

/** Groups of commands come and go while we look. */
function subdirectories(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch (error) {
    return onlyGone(error, []);
  }
}

/** false where there is no such file, or not any more. */
function write(file: string, text: string): boolean {
  try {
    if (!existsSync(file)) return false;
    writeFileSync(file, text);
    return true;
  } catch (error) {
    return onlyGone(error, false);
  }
}

function onlyGone<T>(error: unknown, instead: T): T {
  if (['ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) return instead;
  throw error;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
