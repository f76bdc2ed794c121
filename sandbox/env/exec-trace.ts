/** Follows what a running exec starts, from outside the container; kills nothing and never asks Docker. */

import { readdirSync } from 'node:fs';
import { uptime } from 'node:os';
import { belongsTo, type Cgroup, membersOf } from '../kernel/cgroup.js';
import { type ProcessStat, pipesOf, readProcess, readProcFile, running, startedWith } from '../kernel/process.js';
import { makeExecGroup, membersOfOthers, moveInto } from './exec-group.js';
import { execTree } from './exec-tree.js';

/** Variable that each exec's environment has, with the exec's id as value. */
export const MARKER = 'AMPOULE_EXEC';

/** The container that an exec runs in. */
export interface ExecContainer {
  /** 64 hex digits. */
  dockerId: string;
  /** Host's pid of PID 1. */
  pid: number;
  /** PID 1 starts nothing by itself (`main: "hold"`). */
  hold?: boolean;
}

/** All that is known of one exec's processes. */
export interface ExecTrace {
  container: ExecContainer;
  execId: string;
  /** The container's control group; null where it cannot be reached. */
  cgroup: Cgroup | null;
  /** The exec's own; null until it has one, or where it cannot have one. */
  group: Cgroup | null;
  leader: number | null;
  began: number;
  pipes: Set<string>;
  /** `<pid> <start>` of everything that was seen to be its. */
  seen: Set<string>;
}

/** Begins a trace; call it before the exec starts. Clock ticks are hundredths of a second, as on all Linux machines. */
export function beginTrace(
  execId: string,
  container: ExecContainer,
  locate: (pid: number, containerId: string) => Cgroup | null,
): ExecTrace {
  return {
    container,
    execId,
    cgroup: locate(container.pid, container.dockerId),
    group: null,
    leader: null,
    began: Math.floor(uptime() * 100) - 2,
    pipes: new Set(),
    seen: new Set(),
  };
}

/** Notes the command's pid, as Docker says it, and its pipes; ignores a pid that is not in the container. */
export function noteLeader(trace: ExecTrace, pid: number): void {
  trace.leader = pid;
  const cgroups = readProcFile(pid, 'cgroup');
  if (cgroups === null || !belongsTo(cgroups, trace.container.dockerId)) return;
  const mains = pipesOf(trace.container.pid);
  for (const pipe of pipesOf(pid, ['0', '1', '2'])) if (!mains.has(pipe)) trace.pipes.add(pipe);
}

/** The exec's processes that still run. `alone`: no other exec of ours runs in this container. */
export function livingOf(trace: ExecTrace, alone: boolean): ProcessStat[] {
  const { container, cgroup, group, seen } = trace;
  const processes: ProcessStat[] = [];
  for (const pid of cgroup ? membersOf(cgroup) : membersByProc(container.dockerId)) {
    const stat = readProcess(pid);
    if (stat) processes.push(stat);
  }
  const grouped = new Set(group ? membersOf(group) : []);
  const found = execTree(
    processes,
    {
      leader: trace.leader,
      began: trace.began,
      signed: (process) =>
        seen.has(`${process.pid} ${process.start}`) ||
        grouped.has(process.pid) ||
        startedWith(process.pid, `${MARKER}=${trace.execId}`) ||
        [...(trace.pipes.size > 0 ? pipesOf(process.pid) : [])].some((pipe) => trace.pipes.has(pipe)),
    },
    {
      main: container.pid,
      foreign: cgroup ? membersOfOthers(cgroup, group) : new Set(),
      orphansAreOurs: alone && container.hold === true,
    },
  );
  for (const process of found) seen.add(`${process.pid} ${process.start}`);
  return found.filter(running);
}

/** Gathers what runs of the exec in a control group of its own, until nothing of it is outside. */
export async function gather(trace: ExecTrace, alone: () => boolean): Promise<void> {
  if (trace.cgroup === null) return;
  for (let round = 0; round < 20; round += 1) {
    const inside = new Set(trace.group ? membersOf(trace.group) : []);
    const outside = livingOf(trace, alone()).filter((process) => !inside.has(process.pid));
    if (outside.length === 0) return;
    trace.group ??= makeExecGroup(trace.cgroup, trace.execId);
    const { group } = trace;
    if (group === null) return;
    await Promise.all(outside.map((process) => moveInto(group, process.pid)));
  }
}

/** Where control groups cannot be read as files: each process says in which one it is. */
function membersByProc(containerId: string): number[] {
  const pids: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const cgroups = readProcFile(Number(name), 'cgroup');
    if (cgroups !== null && belongsTo(cgroups, containerId)) pids.push(Number(name));
  }
  return pids;
}
