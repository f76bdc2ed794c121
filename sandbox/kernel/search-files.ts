/** Reads the files of a container from outside, through the root of one of its processes. Follows no link of it, opens no device, writes nothing. */

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';

/** Why something was not read: what it is, or the system's own word for it. */
export interface FileLeftOut {
  path: string;
  reason: string;
}

/** Larger files hold no secret. */
const LARGEST = 1024 * 1024;

/**
 * Each file of these directories, and each of these files; what is not there is nothing to tell.
 * @param root the container's root directory, as this process sees it
 * @param paths absolute, in the container
 * @param visit is given the bytes, and wipes them
 * @returns what is there and was not read
 */
export function eachFile(root: string, paths: readonly string[], visit: (bytes: Buffer) => void): FileLeftOut[] {
  const left: FileLeftOut[] = [];
  for (const path of paths) {
    try {
      walk(root, path, paths, visit, left);
    } catch (error) {
      // Its last process may end while we look, and it may change its files under us.
      if (!absent(error)) left.push({ path, reason: reasonOf(error) });
    }
  }
  return left;
}

/** Step by step from directory to directory that is held open: a part that becomes a link meanwhile leads nowhere. */
function walk(
  root: string,
  path: string,
  paths: readonly string[],
  visit: (bytes: Buffer) => void,
  left: FileLeftOut[],
): void {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const last = parts.pop();
  // Out of a root that is not our own, `..` leads into ours.
  if (last === undefined || last === '..' || parts.includes('..')) {
    left.push({ path, reason: 'no plain path' });
    return;
  }
  let at = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    for (const part of parts) {
      const seen = lstatSync(below(at, part));
      if (seen.isSymbolicLink()) {
        left.push({ path, reason: 'a link leads there' });
        return;
      }
      const next = directory(at, part);
      closeSync(at);
      at = next;
    }
    const seen = lstatSync(below(at, last));
    if (seen.isDirectory()) inDirectory(at, last, path, visit, left);
    // What leads to a place that is looked at itself, as the links of our init do, is not left out.
    else if (seen.isSymbolicLink() && leadsInto(readlinkSync(below(at, last)), paths)) return;
    else file(at, last, seen, path, visit, left);
  } finally {
    closeSync(at);
  }
}

function inDirectory(
  at: number,
  name: string,
  path: string,
  visit: (bytes: Buffer) => void,
  left: FileLeftOut[],
): void {
  const open = directory(at, name);
  try {
    for (const inside of readdirSync(`/proc/self/fd/${open}`)) {
      const shown = `${path}/${inside}`;
      try {
        file(open, inside, lstatSync(below(open, inside)), shown, visit, left);
      } catch (error) {
        left.push({ path: shown, reason: reasonOf(error) });
      }
    }
  } finally {
    closeSync(open);
  }
}

function file(
  at: number,
  name: string,
  seen: Stats,
  path: string,
  visit: (bytes: Buffer) => void,
  left: FileLeftOut[],
): void {
  if (!seen.isFile()) {
    left.push({
      path,
      reason: seen.isSymbolicLink() ? 'a link' : seen.isDirectory() ? 'a directory' : 'no plain file',
    });
    return;
  }
  const open = openSync(below(at, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const now = fstatSync(open);
    if (!now.isFile() || now.size > LARGEST) {
      left.push({ path, reason: now.isFile() ? 'too large' : 'no plain file' });
      return;
    }
    const bytes = Buffer.alloc(now.size);
    try {
      for (let filled = 0; filled < bytes.length; ) {
        const read = readSync(open, bytes, filled, bytes.length - filled, filled);
        if (read === 0) break;
        filled += read;
      }
    } catch (error) {
      bytes.fill(0);
      throw error;
    }
    visit(bytes);
  } finally {
    closeSync(open);
  }
}

function directory(at: number, name: string): number {
  return openSync(below(at, name), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

function below(directory: number, name: string): string {
  return `/proc/self/fd/${directory}/${name}`;
}

function leadsInto(to: string, paths: readonly string[]): boolean {
  return !to.split('/').includes('..') && paths.some((path) => to.startsWith(`${path}/`));
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function absent(error: unknown): boolean {
  return reasonOf(error) === 'ENOENT';
}
