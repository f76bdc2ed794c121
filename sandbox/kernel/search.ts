/** Looks for bytes in what the kernel shows of the processes of containers: environments, arguments, files of a tmpfs. Ends none and keeps no byte. */

import { readdirSync, readFileSync } from 'node:fs';
import { containerPath, parseCgroups } from './cgroup.js';
import { readProcFile } from './process.js';
import { eachFile } from './search-files.js';

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
  /** Files that could not be looked at, and why. */
  leftOut: LeftOut[];
}

/** A file or directory of a container that was not looked at. */
export interface LeftOut {
  container: string;
  path: string;
  /** What it is or what the system said: `a link`, `EACCES`. */
  reason: string;
}

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
  const found: ProcessSearch = { processes: 0, unreadable: 0, holders: [], containers: new Set(), leftOut: [] };
  for (const name of readdirSync(proc)) {
    const pid = Number(name);
    const container = Number.isInteger(pid) ? containerOf(pid, containers, proc) : null;
    if (container === null) continue;
    const holds = (where: Holding['in']): void => {
      found.holders.push({ container, pid, program: programOf(pid, proc), in: where });
    };
    found.processes += 1;
    // The files are the same for all processes of a container.
    if (!found.containers.has(container)) {
      let holding = false;
      const left = eachFile(`${proc}/${pid}/root`, files, (bytes) => {
        if (contains(bytes, values)) holding = true;
      });
      for (const one of left) found.leftOut.push({ container, ...one });
      if (holding) holds('file');
    }
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
