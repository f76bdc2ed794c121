/** The main job from end to end, with both deliveries side by side: register, activate, see it, deactivate, gone. */

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Api } from './api.js';
import { must } from './command.js';
import { expect, type Steps } from './steps.js';

export const SECRET = 'QUICKSTART_GREETING';
export const SESSIONS = ['quickstart-one', 'quickstart-two'] as const;
const [ONE, TWO] = SESSIONS;
/** Delivered to as is best here: `memory`, where that works. */
export const BOX = 'quickstart-box';
/** Delivered to by the container's environment, to show the difference. */
export const ENV_BOX = 'quickstart-env';
/** In the other session. */
const OTHER = 'quickstart-other';

export interface Demo {
  api: Api;
  dockerHost: string;
  image: string;
}

/** Runs every step; throws at the first outcome that is not as expected. */
export async function demonstrate(demo: Demo, steps: Steps): Promise<void> {
  const { api } = demo;
  const value = `hello-${randomBytes(9).toString('base64url')}`;
  const withoutIt = async (name: string): Promise<string> => {
    expect((await variable(demo, name)) === null, `${SECRET} is in ${container(name)}`);
    expect(!(await inspected(demo, name)).includes(value), `docker inspect ${container(name)} shows the value`);
    return `docker exec ${container(name)} env: no ${SECRET}`;
  };

  await steps.step('register a secret', async () => {
    const earlier: string[] = [];
    for (const session of SESSIONS) {
      const { status } = await api.call('DELETE', `/v1/sessions/${session}?workspace=delete&wait=60s`);
      expect(status === 200 || status === 404, `the session of an earlier run could not be ended (${status})`);
      if (status === 200) earlier.push(session);
    }
    const answer = await api.must('PUT', `/v1/secrets/${SECRET}/value`, Buffer.from(value));
    expect(!JSON.stringify(answer).includes(value), 'the answer holds the value');
    return earlier.length === 0
      ? SECRET
      : `${SECRET}; ended of an earlier run, with sandboxes and workspaces: ${earlier.join(', ')}`;
  });
  await steps.step('open two sessions', async () => {
    for (const session of SESSIONS) await api.must('PUT', `/v1/sessions/${session}`);
    return SESSIONS.join(', ');
  });
  const box = await steps.obtain('start a sandbox in the first', async () => {
    const { delivery, notices } = await launched(demo, BOX, ONE, 'auto');
    return { delivery, told: `${container(BOX)}, delivery ${delivery}${delivery === 'memory' ? '' : `: ${notices}`}` };
  });
  await steps.step('and one with delivery env', async () => {
    await launched(demo, ENV_BOX, ONE, 'env');
    return container(ENV_BOX);
  });
  await steps.step('and one in the second session', async () => {
    await launched(demo, OTHER, TWO, 'auto');
    return container(OTHER);
  });
  const [boxBefore, envBefore] = [await idOf(demo, BOX), await idOf(demo, ENV_BOX)];
  await steps.step('before: none of them has it', async () => {
    await withoutIt(ENV_BOX);
    await withoutIt(OTHER);
    return withoutIt(BOX);
  });
  await steps.step('activate it in the first session', async () => {
    const body = await api.must('PUT', `/v1/sessions/${ONE}/secrets/${SECRET}?wait=60s`);
    return `PUT …/sessions/${ONE}/secrets/${SECRET}: ${states(body)}`;
  });
  await steps.step('it is there', async () => {
    for (const name of [ENV_BOX, BOX])
      expect((await variable(demo, name)) === value, `${container(name)} has not got it`);
    return `docker exec ${container(BOX)} env: ${SECRET}=${value}`;
  });
  if (box.delivery === 'memory') {
    await steps.step('memory: Docker never had it', async () => {
      expect(!(await inspected(demo, BOX)).includes(value), 'docker inspect shows the value');
      expect((await idOf(demo, BOX)) === boxBefore, 'the container is another one');
      return `docker inspect ${container(BOX)}: no ${SECRET}, the same container ${boxBefore}`;
    });
  }
  await steps.step('env: Docker has it too', async () => {
    const now = await idOf(demo, ENV_BOX);
    expect((await inspected(demo, ENV_BOX)).includes(value), 'docker inspect does not show the value');
    expect(now !== envBefore, 'the container is the same');
    return `docker inspect ${container(ENV_BOX)}: ${SECRET}=${value}, another container ${now}`;
  });
  await steps.step('the other session does not have it', () => withoutIt(OTHER));
  await steps.step('deactivate it', async () => {
    const body = await api.must('DELETE', `/v1/sessions/${ONE}/secrets/${SECRET}?wait=60s`);
    expect(holders(value).length === 0, 'a process still has the value in its environment');
    return `DELETE …/sessions/${ONE}/secrets/${SECRET}: ${states(body)}`;
  });
  await steps.step('it is gone, and the other never had it', async () => {
    await withoutIt(ENV_BOX);
    await withoutIt(OTHER);
    return withoutIt(BOX);
  });
}

export function container(name: string): string {
  return `ampoule-${name}`;
}

/** Declares a sandbox that runs; gives the delivery it has, and what was said of it. */
async function launched(demo: Demo, name: string, session: string, delivery: 'auto' | 'env') {
  const body = { name, session, delivery, image: demo.image };
  const sandbox = await demo.api.must('POST', '/v1/sandboxes?wait=60s', body);
  expect(sandbox.state === 'running', `the sandbox is ${String(sandbox.state)} (${String(sandbox.reason)})`);
  const { resolved } = sandbox.delivery as { resolved: string };
  return { delivery: resolved, notices: (sandbox.notices as string[]).join(' ') };
}

/** The variable's value as `docker exec … env` shows it; null when it is not there. */
async function variable(demo: Demo, name: string): Promise<string | null> {
  const told = await must('docker', ['exec', container(name), 'env'], { DOCKER_HOST: demo.dockerHost });
  const line = told.split('\n').find((item) => item.startsWith(`${SECRET}=`));
  return line === undefined ? null : line.slice(SECRET.length + 1);
}

function inspected(demo: Demo, name: string): Promise<string> {
  return must('docker', ['inspect', container(name)], { DOCKER_HOST: demo.dockerHost });
}

/** As `docker ps` shows it. */
async function idOf(demo: Demo, name: string): Promise<string> {
  const env = { DOCKER_HOST: demo.dockerHost };
  return (await must('docker', ['inspect', '-f', '{{.Id}}', container(name)], env)).slice(0, 12);
}

/** Processes of this machine, as far as we may look, whose environment holds the value. */
function holders(value: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`).includes(value);
      } catch {
        return false;
      }
    });
}

/** `quickstart-box applied in 3 ms` */
function states(body: Record<string, unknown>): string {
  const { sandboxes } = body;
  if (!Array.isArray(sandboxes) || sandboxes.length === 0) return 'no sandbox concerned';
  for (const sandbox of sandboxes) {
    expect(sandbox.state === 'applied', `${sandbox.name} is ${sandbox.state} (${sandbox.reason ?? 'no reason given'})`);
  }
  return sandboxes.map((sandbox) => `${sandbox.name} ${sandbox.state} in ${sandbox.tookMs} ms`).join(', ');
}
