/** Tells which processes of a container came of one exec, by what is known of each; pure, reads and signals nothing. */

import type { ProcessStat } from '../kernel/process.js';

/** What an exec left for its processes to be known by. */
export interface ExecSigns {
  /** Host's pid of the command; null when it is not known. */
  leader: number | null;
  /** Clock ticks since boot: nothing of it is older. */
  began: number;
  /** Carries the exec's marker in its environment, holds one of its output pipes, or is in its control group. */
  signed(process: ProcessStat): boolean;
}

/** What else lives in the container. */
export interface ExecSurroundings {
  /** Host's pid of the container's PID 1. */
  main: number;
  /** Processes that are known to be another exec's. */
  foreign: ReadonlySet<number>;
  /** PID 1 starts nothing by itself and no other exec runs: an orphan younger than the exec can only be its own. */
  orphansAreOurs: boolean;
}

/** Its command, all that is signed, all of the command's session, and all descendants of these, in no order. */
export function execTree(processes: ProcessStat[], signs: ExecSigns, around: ExecSurroundings): ProcessStat[] {
  const children = new Map<number, ProcessStat[]>();
  const ours = new Map<number, ProcessStat>();
  const waiting: ProcessStat[] = [];
  for (const process of processes) {
    if (process.pid === around.main || Number(process.start) < signs.began || around.foreign.has(process.pid)) continue;
    const siblings = children.get(process.parent);
    if (siblings) siblings.push(process);
    else children.set(process.parent, [process]);
    const orphan = around.orphansAreOurs && process.parent === around.main;
    const led = signs.leader !== null && (process.pid === signs.leader || process.session === signs.leader);
    if (led || orphan || signs.signed(process)) waiting.push(process);
  }
  for (let process = waiting.pop(); process !== undefined; process = waiting.pop()) {
    if (ours.has(process.pid)) continue;
    ours.set(process.pid, process);
    waiting.push(...(children.get(process.pid) ?? []));
  }
  return [...ours.values()];
}
