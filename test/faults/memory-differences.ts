/** Holds sandboxes with `memory` delivery against what each must have: a command's word, Docker's exec and inspect, and /proc. */

import type { TestDaemon } from '../engine/daemon.js';
import type { EngineFace } from '../engine/engine.js';
import { environments } from '../engine/observer.js';
import { type Seen, standing, unlike } from './world.js';

/**
 * `boxes`: sandbox's name → variable → value; `isOurs` tells which variables are under test. Returns what is wrong: missing, doubled,
 * orphaned; a new command, by the API or by `docker exec`, that has something else; a value in Docker's configuration; a process that
 * holds what is not wanted any more.
 */
export async function memoryDifferences(
  engine: EngineFace,
  daemon: TestDaemon,
  vault: string,
  boxes: Map<string, Map<string, string>>,
  isOurs: (variable: string) => boolean,
): Promise<string[]> {
  const { running, wrong } = await standing(engine.dockerHost, vault, [...boxes.keys()]);
  const found = await Promise.all(
    [...running].map(([name, seen]) => inBox({ engine, daemon, name, seen }, boxes.get(name) ?? new Map(), isOurs)),
  );
  return [...wrong, ...found.flat()];
}

interface Look {
  engine: EngineFace;
  daemon: TestDaemon;
  name: string;
  seen: Seen;
}

async function inBox(
  { engine, daemon, name, seen }: Look,
  wanted: Map<string, string>,
  isOurs: (variable: string) => boolean,
): Promise<string[]> {
  const wrong = unlike(`${name}: inspect`, seen.Config.Env ?? [], new Map(), isOurs);
  const lines = (text: string): string[] => text.split('\n');
  const body = { command: ['env'], masking: false };
  const { status, body: answer, bytes } = await daemon.api('POST', `/v1/sandboxes/${name}/exec`, body);
  if (status !== 200) wrong.push(`${name}: exec answers ${status} ${bytes.toString().slice(0, 300)}`);
  else wrong.push(...unlike(`${name}: exec`, lines(String(answer.stdout)), wanted, isOurs));
  const ran = await engine.tryDocker(['exec', seen.Id, 'env']);
  if (ran.code !== 0) wrong.push(`${name}: docker exec ended with ${ran.code} ${ran.stderr}`);
  else wrong.push(...unlike(`${name}: docker exec`, lines(ran.stdout), wanted, isOurs));
  for (const { pid, variables } of environments(seen.Id)) {
    for (const [variable, value] of variables) {
      if (isOurs(variable) && wanted.get(variable) !== value.toString())
        wrong.push(`${name}: process ${pid} holds ${variable}=${value}`);
    }
  }
  return wrong;
}
