/** Reads what the kernel says of processes, from `/proc`; never signals one and never asks Docker. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One line of `/proc/<pid>/stat`, as far as it is needed. */
export interface ProcessStat {
  pid: number;
  /** One letter: R, S, D, T, Z … */
  state: string;
  parent: number;
  group: number;
  session: number;
  threads: number;
  /** Clock ticks from boot to its start; with the pid and the boot id it names one process for good. */
  start: string;
}

/** Parses `/proc/<pid>/stat`. The program's name may hold spaces and brackets, so fields count from the last `)`. */
export function parseStat(text: string): ProcessStat {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text
    .slice(close + 1)
    .trim()
    .split(/\s+/);
  const [state, parent, group, session] = fields;
  const threads = fields[17];
  const start = fields[19];
  if (open < 0 || close < open || !state || !start) throw new Error('this is no line of /proc/<pid>/stat');
  return {
    pid: Number(text.slice(0, open)),
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    threads: Number(threads),
    start,
  };
}

/** What the kernel says of a process now; null when there is none with this pid. */
export function readProcess(pid: number, proc = '/proc'): ProcessStat | null {
  const text = readProcFile(pid, 'stat', proc);
  return text === null ? null : parseStat(text);
}

/** Whether exactly this process still runs. A zombie does not, unless threads of it go on. */
export function isAlive(pid: number, start: string, proc = '/proc'): boolean {
  const stat = readProcess(pid, proc);
  return stat !== null && stat.start === start && running(stat);
}

/** Whether a process with this line may still execute something. State D counts: it waits, and goes on. */
export function running(stat: ProcessStat): boolean {
  return (stat.state !== 'Z' && stat.state !== 'X' && stat.state !== 'x') || stat.threads > 1;
}

/** Text of a file in `/proc/<pid>/`; null when the process is gone or may not be read. */
export function readProcFile(pid: number, file: 'stat' | 'cgroup', proc = '/proc'): string | null {
  try {
    return readFileSync(`${proc}/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}

/** Whether this `NAME=value` was in the environment that a process was started with. The environment is wiped again. */
export function startedWith(pid: number, assignment: string, proc = '/proc'): boolean {
  let environment: Buffer;
  try {
    environment = readFileSync(`${proc}/${pid}/environ`);
  } catch {
    return false;
  }
  const wanted = Buffer.from(`${assignment}\0`);
  const at = environment.indexOf(wanted);
  const found = at === 0 || (at > 0 && environment.includes(Buffer.concat([Buffer.of(0), wanted])));
  environment.fill(0);
  return found;
}

/** Pipes that a process holds (at these descriptors), as `pipe:[<inode>]`; empty when it is gone or may not be read. */
export function pipesOf(pid: number, only: string[] | null = null, proc = '/proc'): Set<string> {
  const pipes = new Set<string>();
  let descriptors: string[];
  try {
    descriptors = only ?? readdirSync(`${proc}/${pid}/fd`);
  } catch {
    return pipes;
  }
  for (const descriptor of descriptors) {
    try {
      const link = readlinkSync(`${proc}/${pid}/fd/${descriptor}`);
      if (link.startsWith('pipe:[')) pipes.add(link);
    } catch {
      // Closed since the directory was read.
    }
  }
  return pipes;
}

/** Names this boot of the kernel: start times of another one mean nothing. */
export function bootId(proc = '/proc'): string {
  return readFileSync(`${proc}/sys/kernel/random/boot_id`, 'utf8').trim();
}
