/** Secrets that are files, for a command on this machine: a directory of ours in memory, gone with the command. Never on a disk. */

import { mkdirSync, mkdtempSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CliError } from './errors.js';
import { eraseDirectory, ourselves, prefixOf, sweepLeftovers } from './local-leftovers.js';
import type { Surroundings } from './surroundings.js';

/** What statfs(2) calls tmpfs and ramfs. */
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6];

/** A file by the variable that is to hold its path. */
export interface LocalFile {
  variable: string;
  name: string;
  content: Uint8Array;
}

export interface LocalFiles {
  /** Variable → path. */
  paths: Record<string, string>;
  /** Overwrites and removes them; so does the end of this process. */
  remove(): void;
}

/**
 * Writes them (0400, in a directory of mode 0700). Before that, also where there are none, removes what runs left that were killed.
 * @throws CliError NO_MEMORY_DIRECTORY where there is none.
 */
export function writeLocalFiles(files: readonly LocalFile[], env: Surroundings['env'], self = ourselves()): LocalFiles {
  const bases = [env.XDG_RUNTIME_DIR, '/dev/shm'].filter((path) => path?.startsWith('/') && isInMemory(path));
  for (const base of bases) if (base !== undefined) sweepLeftovers(base, self);
  const [base] = bases;
  if (files.length === 0) return { paths: {}, remove: () => {} };
  if (base === undefined) {
    throw new CliError(
      'NO_MEMORY_DIRECTORY',
      `${files.map(({ variable }) => variable).join(', ')} are files, and there is no directory in memory for them: neither XDG_RUNTIME_DIR nor /dev/shm is a tmpfs. Leave them out with --only.`,
    );
  }
  const directory = mkdtempSync(join(base, prefixOf(self)));
  const erase = (): void => eraseDirectory(directory);
  process.once('exit', erase);
  const remove = (): void => {
    process.off('exit', erase);
    erase();
  };
  try {
    const paths: Record<string, string> = {};
    for (const { variable, name, content } of files) {
      const own = join(directory, basename(variable));
      mkdirSync(own, { mode: 0o700 });
      const path = join(own, basename(name));
      writeFileSync(path, content, { mode: 0o400, flag: 'wx' });
      paths[variable] = path;
    }
    return { paths, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function isInMemory(path: string): boolean {
  try {
    return IN_MEMORY.includes(statfsSync(path).type);
  } catch {
    return false;
  }
}
