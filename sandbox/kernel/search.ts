/** Looks for bytes in what the kernel shows of the processes of containers: environments, arguments, files of a tmpfs. Ends none and keeps no byte. */

import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { containerPath, parseCgroups } from './cgroup.js';
import { readProcFile } from './process.js';

/** A process that shows one of the values. */
export interface Holding {
  /** Docker's id. */
  container: string;
  /** As the host numbers it. */
  pid: number;
  program: string;
  in: 'environment' | 'arguments' | 'file';
}

export interface ProcessSearch {
  /** Processes that were looked at. */
  processes: number;
  /** Those of them that were there and could not be read. */
  unreadable: number;
  holders: Holding[];
  /** Containers of which a process was seen. */
  containers: Set<string>;
}

/** Larger files hold no secret. */
const LARGEST = 1024 * 1024;

/**
 * Every process of these containers, by its control group.
 * @param files directories of the container in which every file is looked at, and single files
 */
export function searchProcesses(
  containers: ReadonlySet<string>,
  values: readonly Uint8Array[],
  files: readonly string[],
  proc = '/proc',
): ProcessSearch {
  const found: ProcessSearch = { processes: 0, unreadable: 0, holders: [], containers: new Set() };
  for (const name of readdirSync(proc)) {
    const pid = Number(name);
    const container = Number.isInteger(pid) ? containerOf(pid, containers, proc) : null;
    if (container === null) continue;
    const holds = (where: Holding['in']): void => {
      found.holders.push({ container, pid, program: programOf(pid, proc), in: where });
    };
    found.processes += 1;
    // The files are the same for all processes of a container.
    if (!found.containers.has(container) && inFiles(`${proc}/${pid}/root`, files, values)) holds('file');
    found.containers.add(container);
    const environment = environmentOf(pid, proc);
    if (environment === null) found.unreadable += 1;
    else if (contains(environment, values)) holds('environment');
    const given = contents(`${proc}/${pid}/cmdline`);
    if (given !== null && contains(given, values)) holds('arguments');
  }
  return found;
}

function containerOf(pid: number, containers: ReadonlySet<string>, proc: string): string | null {
  const text = readProcFile(pid, 'cgroup', proc);
  for (const [id] of text?.matchAll(/[0-9a-f]{64}/g) ?? [])
    if (containers.has(id) && parseCgroups(text ?? '').some(({ path }) => containerPath(path, id) !== null)) return id;
  return null;
}

/** Of a leader that is dead while threads of it go on, only these still show it. null: it may not be read. */
function environmentOf(pid: number, proc: string): Buffer | null {
  const own = contents(`${proc}/${pid}/environ`);
  if (own === null || own.length > 0) return own;
  for (const thread of listed(`${proc}/${pid}/task`)) {
    const bytes = contents(`${proc}/${pid}/task/${thread}/environ`);
    if (bytes !== null && bytes.length > 0) return bytes;
  }
  return own;
}

function programOf(pid: number, proc: string): string {
  const bytes = contents(`${proc}/${pid}/comm`);
  return bytes === null ? '' : bytes.toString('utf8').trim();
}

/** Wipes the bytes. */
function contains(bytes: Buffer, values: readonly Uint8Array[]): boolean {
  const found = values.some((value) => value.length > 0 && bytes.indexOf(value) >= 0);
  bytes.fill(0);
  return found;
}

function inFiles(root: string, files: readonly string[], values: readonly Uint8Array[]): boolean {
  return files.some((path) => {
    if (!plain(root, path)) return false;
    const at = `${root}${path}`;
    const below = listed(at).map((name) => `${at}/${name}`);
    return (below.length === 0 ? [at] : below).some((file) => {
      const bytes = regular(file);
      return bytes !== null && contains(bytes, values);
    });
  });
}

/** No part of it is a link, which would lead to our own files. */
function plain(root: string, path: string): boolean {
  let at = root;
  for (const part of path.split('/').slice(1)) {
    at = `${at}/${part}`;
    const seen = lstatSync(at, { throwIfNoEntry: false });
    if (seen === undefined || seen.isSymbolicLink()) return false;
  }
  return true;
}

/** Content of a file that is no link, pipe or device. */
function regular(path: string): Buffer | null {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const seen = fstatSync(file);
      if (!seen.isFile() || seen.size > LARGEST) return null;
      const bytes = Buffer.alloc(seen.size);
      readSync(file, bytes, 0, bytes.length, 0);
      return bytes;
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

function contents(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
