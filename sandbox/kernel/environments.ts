/**
 * Looks at what the processes of a container were started with, one variable at a time, as root. Gives measures of values that
 * whoever asks makes, never values; signals nothing and never asks Docker.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { uptime } from 'node:os';
import { belongsTo } from './cgroup.js';
import { readProcess, readProcFile, running } from './process.js';

/** What a value is replaced with before it leaves this file; a keyed digest, say. It may not keep the bytes. */
export type Measure = (bytes: Uint8Array) => string;

export interface ProcessSeen {
  /** As the host numbers it. */
  pid: number;
  /** As the container numbers it. */
  inside: number;
  /** Name of the program, at most 15 bytes. */
  program: string;
  /**
   * `leader`: started by the container's first process or by a keeper of our init; `entered`: by somebody outside, as
   * `docker exec` does; `inner`: by another process of the container.
   */
  origin: 'leader' | 'entered' | 'inner';
  /** Milliseconds since 1970, to the hundredth of a second. */
  startedAt: number;
  /** By variable; null: it was started without it. */
  variables: Map<string, string | null>;
}

/** Programs of ours and of Docker's that only stand above the processes of a container. */
const ABOVE = ['/.ampoule/init', '/sbin/docker-init', '/dev/init'];

/**
 * Every process of a container that is no mere init, oldest first.
 * @param names variables that are looked for.
 * @returns null: none of its processes is to be seen from here, or they may not be read.
 */
export function environmentsOf(
  dockerId: string,
  names: readonly string[],
  measure: Measure,
  proc = '/proc',
): ProcessSeen[] | null {
  const members = membersByCgroup(dockerId, proc);
  const found: ProcessSeen[] = [];
  let refused = false;
  for (const [pid, { parent, start }] of members) {
    const program = linkOf(`${proc}/${pid}/exe`);
    if (program !== null && ABOVE.includes(program)) continue;
    const variables = variablesOf(`${proc}/${pid}/environ`, names, measure);
    if (variables === null) {
      refused = refused || readProcess(pid, proc) !== null;
      continue;
    }
    const above = linkOf(`${proc}/${parent}/exe`);
    const origin = !members.has(parent)
      ? insideOf(pid, proc) === 1
        ? 'leader'
        : 'entered'
      : above !== null && ABOVE.includes(above)
        ? 'leader'
        : 'inner';
    found.push({
      ...{ pid, origin, variables },
      inside: insideOf(pid, proc),
      program: printable((textOf(`${proc}/${pid}/comm`) ?? '').trimEnd()),
      startedAt: Math.round(Date.now() - uptime() * 1000 + Number(start) * 10),
    });
  }
  if (members.size === 0 || (found.length === 0 && refused)) return null;
  return found.sort((one, other) => one.startedAt - other.startedAt || one.pid - other.pid);
}

/** Measures of variables in a block of `NAME=value` that ends each with NUL. The block is wiped. */
export function measured(block: Uint8Array, names: readonly string[], measure: Measure): Map<string, string | null> {
  const found = new Map<string, string | null>(names.map((name) => [name, null]));
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const nul = bytes.indexOf(0, at);
    const end = nul < 0 ? bytes.length : nul;
    const equals = bytes.indexOf(61, at);
    if (equals > at && equals < end) {
      const name = bytes.toString('latin1', at, equals);
      // The first one counts, as for getenv.
      if (found.get(name) === null) found.set(name, measure(bytes.subarray(equals + 1, end)));
    }
    at = end + 1;
  }
  bytes.fill(0);
  return found;
}

function variablesOf(file: string, names: readonly string[], measure: Measure): Map<string, string | null> | null {
  try {
    return measured(readFileSync(file), names, measure);
  } catch {
    return null;
  }
}

function membersByCgroup(dockerId: string, proc: string): Map<number, { parent: number; start: string }> {
  const members = new Map<number, { parent: number; start: string }>();
  for (const name of readdirSync(proc)) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const cgroups = readProcFile(pid, 'cgroup', proc);
    if (cgroups === null || !belongsTo(cgroups, dockerId)) continue;
    const stat = readProcess(pid, proc);
    if (stat !== null && running(stat)) members.set(pid, { parent: stat.parent, start: stat.start });
  }
  return members;
}

/** Its number in the innermost namespace of pids. */
function insideOf(pid: number, proc: string): number {
  const line = /^NSpid:\s+(.*)$/m.exec(textOf(`${proc}/${pid}/status`) ?? '')?.[1];
  return Number(line?.split(/\s+/).at(-1) ?? pid);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path).replace(/ \(deleted\)$/, '');
  } catch {
    return null;
  }
}

/** What a container calls its programs may hold anything. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 15);
}
