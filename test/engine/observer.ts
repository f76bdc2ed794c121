/** Looks for values from outside: in processes, in files and in what Docker tells. Never asks the daemon. */

import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineFace } from './engine.js';
import { found, type Pattern, patternsOf } from './forms.js';
import { containerOf, nameOf, pids } from './processes.js';

/** Where a value was seen, in which shape. Holds no value. */
export interface Sighting {
  value: string;
  form: string;
  /** `environ 4711 sh container 3f…`, `file /var/lib/…`, `inspect ampoule-box` */
  where: string;
}

export interface Places {
  /** Environments of all processes, unless false. */
  processes?: boolean;
  /** Pids that are not looked at: whoever registers the values. */
  except?: readonly number[];
  /** Files, and directories with all that is below. */
  paths?: readonly string[];
  /** `docker inspect` of all containers, images, volumes and networks. */
  engine?: Pick<EngineFace, 'docker'>;
}

/** All sightings of these values (by name) in these places. */
export async function observe(values: Record<string, Uint8Array | string>, places: Places): Promise<Sighting[]> {
  const patterns = Object.entries(values).flatMap(([name, value]) => patternsOf(name, value));
  return [
    ...(places.processes === false ? [] : inProcesses(patterns, places.except)),
    ...(places.paths ?? []).flatMap((path) => inFiles(path, patterns)),
    ...(places.engine === undefined ? [] : await inEngine(places.engine, patterns)),
  ];
}

/** Environments and arguments of every process of this machine. */
export function inProcesses(patterns: readonly Pattern[], except: readonly number[] = []): Sighting[] {
  const sightings: Sighting[] = [];
  for (const pid of pids()) {
    if (pid === process.pid || except.includes(pid)) continue;
    for (const file of ['environ', 'cmdline']) {
      const bytes = file === 'environ' ? environmentOf(pid) : contents(`/proc/${pid}/${file}`);
      if (bytes === null) continue;
      for (const pattern of found(bytes, patterns)) {
        const container = containerOf(pid);
        const where = `${file} ${pid} ${nameOf(pid)}${container === null ? '' : ` container ${container}`}`;
        sightings.push({ value: pattern.value, form: pattern.form, where });
      }
    }
  }
  return sightings;
}

/** Regular files at and below a path; what vanishes meanwhile is passed over. Names of files are searched too. */
export function inFiles(path: string, patterns: readonly Pattern[]): Sighting[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  const sightings = found(Buffer.from(path), patterns).map((pattern) => seen(pattern, `name ${path}`));
  if (stat.isFile()) sightings.push(...inFile(path, patterns));
  if (stat.isDirectory()) {
    for (const name of listed(path)) sightings.push(...inFiles(join(path, name), patterns));
  }
  return sightings;
}

const CHUNK = 4 << 20;

function inFile(path: string, patterns: readonly Pattern[]): Sighting[] {
  const overlap = Math.max(0, ...patterns.map((pattern) => pattern.bytes.length - 1));
  const hits = new Set<Pattern>();
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, statSync(path).size) + overlap + 1);
    let kept = 0;
    for (;;) {
      const read = readSync(file, buffer, kept, buffer.length - kept, null);
      if (read === 0) break;
      for (const pattern of found(buffer.subarray(0, kept + read), patterns)) hits.add(pattern);
      const end = kept + read;
      kept = Math.min(overlap, end);
      buffer.copy(buffer, 0, end - kept, end);
    }
  } catch {
    // It went away while it was read.
  } finally {
    closeSync(file);
  }
  return [...hits].map((pattern) => seen(pattern, `file ${path}`));
}

/** What Docker tells of its containers, images, volumes and networks. */
export async function inEngine(engine: Pick<EngineFace, 'docker'>, patterns: readonly Pattern[]): Promise<Sighting[]> {
  const sightings: Sighting[] = [];
  const kinds: [string, string[]][] = [
    ['container', ['ps', '-aq', '--no-trunc']],
    ['image', ['images', '-aq', '--no-trunc']],
    ['volume', ['volume', 'ls', '-q']],
    ['network', ['network', 'ls', '-q']],
  ];
  for (const [kind, list] of kinds) {
    for (const id of new Set((await engine.docker(...list)).split('\n').filter((line) => line !== ''))) {
      const told = await engine.docker('inspect', '--type', kind, id).catch(() => '');
      sightings.push(...found(Buffer.from(told), patterns).map((pattern) => seen(pattern, `inspect ${kind} ${id}`)));
    }
  }
  return sightings;
}

/** Pids of a container's processes that the host sees, with the environments they were started with. */
export function environments(container: string): { pid: number; variables: Map<string, Buffer> }[] {
  const processes: { pid: number; variables: Map<string, Buffer> }[] = [];
  for (const pid of pids()) {
    if (containerOf(pid) !== container) continue;
    const bytes = environmentOf(pid);
    if (bytes !== null) processes.push({ pid, variables: variablesOf(bytes) });
  }
  return processes;
}

/** Of a leader that is dead while threads of it live, only these still show it. */
function environmentOf(pid: number): Buffer | null {
  const own = contents(`/proc/${pid}/environ`);
  if (own !== null && own.length > 0) return own;
  const threads = listed(`/proc/${pid}/task`).map((thread) => contents(`/proc/${pid}/task/${thread}/environ`));
  return threads.find((bytes) => bytes !== null && bytes.length > 0) ?? own;
}

function variablesOf(bytes: Buffer): Map<string, Buffer> {
  const variables = new Map<string, Buffer>();
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    const entry = bytes.subarray(start, end < 0 ? bytes.length : end);
    const equals = entry.indexOf('=');
    if (equals > 0) variables.set(entry.subarray(0, equals).toString(), entry.subarray(equals + 1));
    start += entry.length + 1;
  }
  return variables;
}

function seen(pattern: Pattern, where: string): Sighting {
  return { value: pattern.value, form: pattern.form, where };
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
