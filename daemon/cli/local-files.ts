/** Secrets that are files, for a command on this machine: a directory of ours in memory, gone with the command. Never on a disk. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CliError } from './errors.js';
import type { Surroundings } from './surroundings.js';

/** What statfs(2) calls tmpfs and ramfs. */
const IN_MEMORY: readonly number[] = [0x01021994, 0x858458f6];
const OURS = /^ampoule-run-(\d+)-/;

/** A file by the variable that is to hold its path. */
export interface LocalFile {
  variable: string;
  name: string;
  content: Uint8Array;
}

export interface LocalFiles {
  /** Variable → path. */
  paths: Record<string, string>;
  remove(): void;
}

/**
 * Writes them (0400, in a directory of mode 0700), and removes what runs left that were killed.
 * @throws CliError NO_MEMORY_DIRECTORY where there is none.
 */
export function writeLocalFiles(files: readonly LocalFile[], env: Surroundings['env'], pid = process.pid): LocalFiles {
  if (files.length === 0) return { paths: {}, remove: () => {} };
  const base = [env.XDG_RUNTIME_DIR, '/dev/shm'].find((path) => path?.startsWith('/') && isInMemory(path));
  if (base === undefined) {
    throw new CliError(
      'NO_MEMORY_DIRECTORY',
      `${files.map(({ variable }) => variable).join(', ')} are files, and there is no directory in memory for them: neither XDG_RUNTIME_DIR nor /dev/shm is a tmpfs. Leave them out with --only.`,
    );
  }
  sweep(base);
  const directory = mkdtempSync(join(base, `ampoule-run-${pid}-`));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
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

/** Directories of runs of ours that are no more. */
function sweep(base: string): void {
  for (const name of readdirSync(base)) {
    const [, pid] = OURS.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(base, name);
    if (statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.())
      rmSync(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
