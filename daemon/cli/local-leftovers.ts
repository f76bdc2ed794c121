/** Directories in memory with files of runs: how they are called, and how those of runs that are no more go. Touches none of somebody else. */

import {
  chmodSync,
  closeSync,
  constants,
  type Dirent,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Who has such a directory. */
export interface Self {
  pid: number;
  uid: number;
  /** Inode of the pid namespace, in which alone the pid means something; null: nobody knows, and then nothing is swept. */
  namespace: string | null;
}

const OURS = /^ampoule-run-(\d+)-(\d+)-/;
/** A command may have made its file larger; no more than this of it can be ours. */
const LARGEST = 1024 * 1024;

export function ourselves(): Self {
  return { pid: process.pid, uid: process.getuid?.() ?? -1, namespace: pidNamespace() };
}

/** What the name of a directory begins with. */
export function prefixOf({ namespace, pid }: Self): string {
  return `ampoule-run-${namespace ?? 'unknown'}-${pid}-`;
}

/**
 * Removes what runs of this user left that are no more. One in another pid namespace (a container that shares the directory) may
 * live for all we can see: what it has stays, and goes with its next run there or with the directory in memory.
 */
export function sweepLeftovers(base: string, self: Self): void {
  for (const { name } of entriesOf(base)) {
    const [, namespace, pid] = OURS.exec(name) ?? [];
    if (namespace === undefined || namespace !== self.namespace || isAlive(Number(pid))) continue;
    const path = join(base, name);
    if (!isOwn(path, self.uid)) continue;
    try {
      eraseDirectory(path);
    } catch {
      // Another run may be sweeping it too.
    }
  }
}

/** Overwrites the files in a directory, and removes it. */
export function eraseDirectory(path: string): void {
  overwriteIn(path);
  rmSync(path, { recursive: true, force: true });
}

function overwriteIn(directory: string): void {
  for (const entry of entriesOf(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) overwriteIn(path);
    else if (entry.isFile()) overwrite(path);
  }
}

function overwrite(path: string): void {
  try {
    const { nlink, size } = lstatSync(path);
    // What has another name too was put there by the command, and may be anything.
    if (nlink !== 1) return;
    chmodSync(path, 0o600);
    const file = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      writeFileSync(file, Buffer.alloc(Math.min(size, LARGEST)));
    } finally {
      closeSync(file);
    }
  } catch {
    // It goes all the same.
  }
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** As we make them: anybody may put a link or a directory of such a name into one that all share. */
function isOwn(path: string, uid: number): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === uid && (stat.mode & 0o777) === 0o700;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and became somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function pidNamespace(): string | null {
  try {
    return /^pid:\[(\d+)\]$/.exec(readlinkSync('/proc/self/ns/pid'))?.[1] ?? null;
  } catch {
    return null;
  }
}
