/** The main job from end to end: register, two sessions, activate, see it, deactivate, gone; and the other never had it. */

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Api } from './api.js';
import { must } from './command.js';
import { expect, type Steps } from './steps.js';

export const SECRET = 'QUICKSTART_GREETING';
export const SESSIONS = ['quickstart-one', 'quickstart-two'] as const;
const [ONE, TWO] = SESSIONS;

export interface Demo {
  api: Api;
  dockerHost: string;
  image: string;
}

/** Runs every step; throws at the first outcome that is not as expected. */
export async function demonstrate(demo: Demo, steps: Steps): Promise<void> {
  const { api } = demo;
  const value = `hello-${randomBytes(9).toString('base64url')}`;
  const other = async (): Promise<void> => {
    expect((await variable(demo, TWO)) === null, `${SECRET} is in the other session's sandbox`);
    expect(!(await inspected(demo, TWO)).includes(value), 'docker inspect shows the value in the other sandbox');
  };

  await steps.step('register a secret', async () => {
    for (const session of SESSIONS) {
      const { status } = await api.call('DELETE', `/v1/sessions/${session}?workspace=delete&wait=60s`);
      expect(status === 200 || status === 404, `the session of an earlier run could not be ended (${status})`);
    }
    const answer = await api.must('PUT', `/v1/secrets/${SECRET}/value`, Buffer.from(value));
    expect(!JSON.stringify(answer).includes(value), 'the answer holds the value');
    return SECRET;
  });
  await steps.step('open two sessions', async () => {
    for (const session of SESSIONS) await api.must('PUT', `/v1/sessions/${session}`, { delivery: 'env' });
    return SESSIONS.join(', ');
  });
  await steps.step('start a sandbox in each', async () => {
    for (const name of SESSIONS) {
      const body = { name, session: name, image: demo.image };
      const sandbox = await api.must('POST', '/v1/sandboxes?wait=60s', body);
      expect(sandbox.state === 'running', `the sandbox is ${String(sandbox.state)}`);
    }
    return SESSIONS.map(container).join(', ');
  });
  await steps.step('before: neither has it', async () => {
    expect((await variable(demo, ONE)) === null, `${SECRET} is there before it was activated`);
    await other();
    return `docker exec ${container(ONE)} env: no ${SECRET}`;
  });
  await steps.step('activate it in the first session', async () => {
    const body = await api.must('PUT', `/v1/sessions/${ONE}/secrets/${SECRET}?wait=60s`);
    return `PUT …/sessions/${ONE}/secrets/${SECRET}: ${states(body)}`;
  });
  await steps.step('it is there', async () => {
    const seen = await variable(demo, ONE);
    expect(seen === value, `docker exec shows ${seen === null ? 'no variable' : 'another value'}`);
    return `docker exec ${container(ONE)} env: ${SECRET}=${seen}`;
  });
  await steps.step('the other session does not have it', async () => {
    await other();
    return `docker exec ${container(TWO)} env: no ${SECRET}`;
  });
  await steps.step('deactivate it', async () => {
    const body = await api.must('DELETE', `/v1/sessions/${ONE}/secrets/${SECRET}?wait=60s`);
    expect(holders(value).length === 0, 'a process still has the value in its environment');
    return `DELETE …/sessions/${ONE}/secrets/${SECRET}: ${states(body)}`;
  });
  await steps.step('it is gone, and the other never had it', async () => {
    expect((await variable(demo, ONE)) === null, `${SECRET} is still there`);
    expect(!(await inspected(demo, ONE)).includes(value), 'docker inspect still shows the value');
    await other();
    return `docker exec ${container(ONE)} env: no ${SECRET}`;
  });
}

export function container(name: string): string {
  return `ampoule-${name}`;
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

/** `quickstart-one applied in 240 ms` */
function states(body: Record<string, unknown>): string {
  const { sandboxes } = body;
  if (!Array.isArray(sandboxes) || sandboxes.length === 0) return 'no sandbox concerned';
  for (const sandbox of sandboxes) {
    expect(sandbox.state === 'applied', `${sandbox.name} is ${sandbox.state} (${sandbox.reason ?? 'no reason given'})`);
  }
  return sandboxes.map((sandbox) => `${sandbox.name} ${sandbox.state} in ${sandbox.tookMs} ms`).join(', ');
}
