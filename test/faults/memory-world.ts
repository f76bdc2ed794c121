/** Sandboxes with `memory` delivery for the tests that try to break it: launching, changing and looking, by the API and from outside. */

import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDaemon } from '../engine/daemon.js';
import type { EngineFace } from '../engine/engine.js';
import { environments } from '../engine/observer.js';
import { pids, startOf } from '../engine/processes.js';

export interface Box {
  name: string;
  session: string;
  id: string;
  containerId: string;
  /** PID 1, as the host numbers it, and when it started. */
  init: { pid: number; start: string };
  /** Its workspace as the host sees it; anybody may write to it. */
  workspace: string;
}

/** Fields of POST /v1/sandboxes beside name and session. */
export type Wanted = Readonly<Record<string, unknown>>;

/** Launches one in a session of its own name, and waits until it runs. */
export async function launch(daemon: TestDaemon, engine: EngineFace, name: string, wanted: Wanted = {}): Promise<Box> {
  await daemon.ok('PUT', `/v1/sessions/${name}`, { idle: 'never', onResume: 'restore' });
  const answer = await daemon.api('POST', '/v1/sandboxes?wait=60s', {
    ...{ name, session: name, network: 'none', idle: 'never', delivery: 'memory', grace: '0s' },
    ...wanted,
  });
  if (answer.status !== 201) throw new Error(`${name} was not launched: ${answer.status} ${answer.bytes}`);
  return { name, session: name, id: answer.body.id, ...(await look(engine, answer.body.containerId)) };
}

/** What Docker says of a container now. */
async function look(engine: EngineFace, containerId: string): Promise<Pick<Box, 'containerId' | 'init' | 'workspace'>> {
  const [seen] = JSON.parse(await engine.docker('inspect', containerId));
  const pid: number = seen.State.Pid;
  const mounts: { Destination: string; Source: string }[] = seen.Mounts;
  const workspace = mounts.find(({ Destination }) => Destination === '/workspace')?.Source ?? '';
  if (existsSync(workspace)) chmodSync(workspace, 0o777);
  return { containerId, init: { pid, start: startOf(pid) ?? '' }, workspace };
}

/** true while PID 1 of the container is the one it was at launch. */
export function sameInit(box: Box): boolean {
  return startOf(box.init.pid) === box.init.start;
}

/** A directory in a workspace that every user of the container may write to. */
export function openDirectory(box: Box, name: string): string {
  const path = join(box.workspace, name);
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
  return path;
}

/** Activates or deactivates a secret in the box's session; throws unless it is in effect. */
export async function set(daemon: TestDaemon, box: Pick<Box, 'session'>, secret: string, on: boolean): Promise<void> {
  const path = `/v1/sessions/${box.session}/secrets/${secret}?wait=30s`;
  const answer = await daemon.api(on ? 'PUT' : 'DELETE', path, on ? {} : undefined);
  if (answer.status === 200) return;
  throw new Error(`${on ? 'PUT' : 'DELETE'} ${path} answered ${answer.status}: ${answer.bytes}`);
}

/** Runs a command to its end and gives what it wrote to stdout; throws unless its status is 0. */
export async function runIn(daemon: TestDaemon, box: Pick<Box, 'name'>, command: string[] | string): Promise<string> {
  const body = await daemon.ok('POST', `/v1/sandboxes/${box.name}/exec`, { command, masking: false });
  if (body.exitCode !== 0) throw new Error(`${command} ended with ${body.exitCode}: ${body.stderr}`);
  return body.stdout;
}

/** Digest of a variable's value as a new command has it; null where there is none. So no value needs to leave the container. */
export async function digestIn(daemon: TestDaemon, box: Pick<Box, 'name'>, variable: string): Promise<string | null> {
  const out = await runIn(
    daemon,
    box,
    `if [ -n "\${${variable}+set}" ]; then printf %s "$${variable}" | sha256sum; fi`,
  );
  return out === '' ? null : out.slice(0, 64);
}

export function digestOf(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

/** Pids of processes in the container whose environment has this value. */
export function holdersOf(box: Pick<Box, 'containerId'>, value: string): number[] {
  const bytes = Buffer.from(value);
  return environments(box.containerId)
    .filter(({ variables }) => [...variables.values()].some((found) => found.equals(bytes)))
    .map(({ pid }) => pid);
}

/** `pid start` of every process of the machine that is alive. */
export function living(): Set<string> {
  return new Set(pids().flatMap((pid) => (startOf(pid) === null ? [] : [`${pid} ${startOf(pid)}`])));
}
