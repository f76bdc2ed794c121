/** Who is alive in a container, from outside: its control group, start times, and what an attack wrote down. Asks nobody. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { freeze, inGroup, thaw } from '../engine/processes.js';
import { until } from '../engine/wait.js';

/** A process of a container that is not over. */
export interface Alive {
  /** As the host numbers it. */
  pid: number;
  /** As the innermost namespace, which is the container's, numbers it; GONE where it ended while it was looked at. */
  inner: number;
  /** Pid of the process above it, as the host numbers it. */
  parent: number;
  /** Clock ticks since boot. */
  start: string;
  /** `S`, `T`, `D` …; `Z` for a leader that is dead while threads of it live. */
  state: string;
  name: string;
  /** Path of what it executes, as the container has it; empty where it cannot be seen. */
  executes: string;
}

/** No process has this number. */
const GONE = 0;

/** Every process in the control group of a container, and in those below it. `group`: the engine's. */
export function aliveIn(group: string, container: string): Alive[] {
  return inGroup(`${group}/${container}`).flatMap((pid) => {
    const alive = aliveAs(pid);
    return alive === null ? [] : [alive];
  });
}

/** The same, looked at while it stands still: from a chain of processes that fork and exit, one look may see none. */
export async function aliveInFrozen(group: string, container: string): Promise<Alive[]> {
  return inFrozen(group, container, (alive) => alive);
}

/** Sends a signal, unless the process has ended meanwhile. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends whatever is in a container and was not there `before`, from outside, until nothing of it is left. */
export async function endAllBut(before: readonly Alive[], group: string, container: string): Promise<void> {
  const known = new Set(before.map(signOf));
  const endOthers = (alive: Alive[]): boolean => {
    const others = alive.filter((process) => !known.has(signOf(process)));
    for (const { pid } of others) send(pid, 'SIGKILL');
    return others.length === 0;
  };
  await until('what is left of an attack ending', () => inFrozen(group, container, endOthers));
}

async function inFrozen<T>(group: string, container: string, see: (alive: Alive[]) => T): Promise<T> {
  try {
    await until('the container standing still', () => freeze(`${group}/${container}`), { everyMs: 2 });
    return see(aliveIn(group, container));
  } finally {
    thaw(`${group}/${container}`);
  }
}

function aliveAs(pid: number): Alive | null {
  // Its name with the rest, in one look: of one that is gone a moment later nothing else could say who it was.
  const stat = statOf(`/proc/${pid}/stat`);
  if (stat === null || stat.state === 'X') return null;
  if (stat.state === 'Z' && !threadsLive(pid)) return null;
  const inner = /^NSpid:.*\t(\d+)$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return { pid, inner: Number(inner ?? GONE), ...stat, executes: executedBy(pid) };
}

function threadsLive(pid: number): boolean {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return false;
  }
  return threads.some((thread) => !['Z', 'X'].includes(statOf(`/proc/${pid}/task/${thread}/stat`)?.state ?? 'X'));
}

function executedBy(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
  } catch {
    return '';
  }
}

function statOf(file: string): Pick<Alive, 'state' | 'parent' | 'start' | 'name'> | null {
  const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(read(file) ?? '') ?? [];
  if (name === undefined || rest === undefined) return null;
  const fields = rest.split(' ');
  return { name, state: fields[0] ?? '', parent: Number(fields[1]), start: fields[19] ?? '' };
}

/** What an attack wrote: its processes as `pid start`, and whether it said that it is complete. */
export interface Record {
  processes: ReadonlySet<string>;
  ready: boolean;
  /** Grows while anything of the attack runs. */
  lines: number;
}

export function readRecord(file: string): Record {
  const lines = (read(file) ?? '').split('\n').filter(Boolean);
  const processes = new Set(lines.filter((line) => line !== 'ready'));
  return { processes, ready: processes.size < lines.length && lines.includes('ready'), lines: lines.length };
}

/** One of the record, whoever sees it: the pid is the container's. */
export function signOf(process: Alive): string {
  return `${process.inner} ${process.start}`;
}

/** The init and its keepers, which are given nothing. */
const INIT = '/.ampoule/init';
const KEEPER = 'ampoule-keeper';

/** What is alive and should not be: of the record, or called as the attack's program, or not there `before` it began. */
export function survivors(now: readonly Alive[], record: Record, before: readonly Alive[], program: string): string[] {
  const known = new Set(before.map((process) => `${process.pid} ${process.start}`));
  const init = now.find(({ inner }) => inner === 1)?.pid;
  // By all three: what asks the init for values is the same program, and a command that is about to begin looks like its keeper.
  // What a process that is just ending executes cannot be seen.
  const isKeeper = ({ executes, name, inner, parent }: Alive): boolean =>
    inner === 1 || (name === KEEPER && parent === init && [INIT, ''].includes(executes));
  const isNew = (process: Alive): boolean => !known.has(`${process.pid} ${process.start}`) && !isKeeper(process);
  return now
    .filter((process) => record.processes.has(signOf(process)) || process.name === program || isNew(process))
    .map(({ pid, inner, state, name, start }) => `${name} ${pid} (${inner} inside, ${state}, start ${start})`);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
