/** Clears up after engines whose guard was killed together with its test: their containers go on otherwise. */

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inGroup, removeGroups, startOf, thaw } from './processes.js';

/** Directories of engines are called this with six letters behind it. */
export const PREFIX = '/tmp/ae-';

/** Name of the control group of the engine in a directory. */
export function groupOf(directory: string): string {
  return `ampoule-test-${directory.slice(PREFIX.length)}`;
}

/** Directories whose guard wrote down that it lived and does not live any more. */
export function abandoned(prefix = PREFIX): string[] {
  return readdirSync(dirname(prefix))
    .filter((name) => name.startsWith(basename(prefix)))
    .map((name) => join(dirname(prefix), name))
    .filter((directory) => {
      try {
        const [pid, start] = readFileSync(join(directory, 'guard'), 'utf8').trim().split(' ');
        return start !== undefined && startOf(Number(pid)) !== start;
      } catch {
        // Just being made, or another's: left alone.
        return false;
      }
    });
}

/** Ends what is left of abandoned engines and removes their directories. */
export function sweep(): void {
  for (const directory of abandoned()) {
    const group = groupOf(directory);
    for (let tries = 0; tries < 50 && inGroup(group).length > 0; tries++) {
      thaw(group);
      for (const pid of inGroup(group)) endIt(pid);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
    removeGroups(group);
    rmSync(directory, { recursive: true, force: true });
  }
}

function endIt(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
