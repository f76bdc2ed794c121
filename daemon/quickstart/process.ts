/** Processes that were started and left running: recognised by pid and start time, so that no stranger is ever ended. */

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface Started {
  pid: number;
  /** Clock ticks since boot (proc(5), field 22), and the boot: a pid alone is given to others later. */
  start: string;
  boot: string;
}

/** The identity of a live process; null when there is none. */
export function identify(pid: number): Started | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const start = fields[19];
    if (state === 'Z' || start === undefined) return null;
    return { pid, start, boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
  } catch {
    return null;
  }
}

/** true while this very process lives. */
export function alive(process: Started): boolean {
  const now = identify(process.pid);
  return now !== null && now.start === process.start && now.boot === process.boot;
}

/** TERM, and KILL when it is still there after `patience` milliseconds. Does nothing when it is gone. */
export async function end(started: Started, patience: number): Promise<void> {
  for (const [signal, ms] of [
    ['SIGTERM', patience],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!alive(started)) return;
    process.kill(started.pid, signal);
    for (let waited = 0; waited < ms && alive(started); waited += 50) await pause(50);
  }
  if (alive(started)) throw new Error(`Process ${started.pid} does not end. Look at it with \`ps ${started.pid}\`.`);
}
