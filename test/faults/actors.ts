/** Clients that change the world by the API at random, and the ledger of what they were answered. Knows nothing of the daemon's inside. */

import type { Ledger } from './ledger.js';

export interface Answer {
  status: number;
  body: unknown;
}
/** A request to the daemon; rejects when no answer came. */
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  options?: { headers?: Record<string, string> },
) => Promise<Answer>;

export const ACTORS = 3;
export const SECRETS = 2;
export const BOXES = 2;
const LIVE = 'live';
const GONE = 'gone';

export const secretName = (actor: number, n: number): string => `KEY_${actor}_${n}`;
export const sessionName = (actor: number): string => `work-${actor}`;
/** Another test on the same engine has others. */
export const boxName = (actor: number, n: number): string => `box-${actor}-${n}-of-${process.pid}`;
const valueCell = (actor: number, n: number): string => `value:${secretName(actor, n)}`;
const activeCell = (actor: number, n: number): string => `active:${secretName(actor, n)}`;
const boxCell = (actor: number, n: number): string => `box:${boxName(actor, n)}`;

/** Cells before anything was asked for. */
export function* initialCells(): Generator<[string, string]> {
  for (let actor = 0; actor < ACTORS; actor++) {
    for (let n = 0; n < SECRETS; n++) {
      yield [valueCell(actor, n), 'absent'];
      yield [activeCell(actor, n), 'off'];
    }
    for (let n = 0; n < BOXES; n++) yield [boxCell(actor, n), GONE];
  }
}

/** Sessions that the actors work in; made again after nothing, since PUT is idempotent. */
export async function openSessions(call: Call, delivery: 'env' | 'memory' = 'env'): Promise<void> {
  for (let actor = 0; actor < ACTORS; actor++) {
    const { status, body } = await call('PUT', `/v1/sessions/${sessionName(actor)}`, {
      idle: 'never',
      onResume: 'restore',
      delivery,
    });
    if (status !== 200 && status !== 201) throw new Error(`session: ${status} ${JSON.stringify(body)}`);
  }
}

interface Step {
  cells: Map<string, string>;
  request: [method: string, path: string, body?: unknown];
}

/** The next thing that an actor does, given what it believes. */
function choose(ledger: Ledger, actor: number, random: () => number, fresh: () => string): Step {
  const pick = (count: number): number => Math.floor(random() * count);
  const n = pick(SECRETS);
  const value = ledger.known(valueCell(actor, n));
  const session = `/v1/sessions/${sessionName(actor)}`;
  const roll = random();
  if (value === 'absent' || roll < 0.2) {
    const next = fresh();
    return {
      cells: new Map([[valueCell(actor, n), next]]),
      request: ['PUT', `/v1/secrets/${secretName(actor, n)}/value`, { value: next }],
    };
  }
  if (roll < 0.65) {
    const on = ledger.known(activeCell(actor, n)) === 'on';
    return {
      cells: new Map([[activeCell(actor, n), on ? 'off' : 'on']]),
      request: [on ? 'DELETE' : 'PUT', `${session}/secrets/${secretName(actor, n)}`, on ? undefined : {}],
    };
  }
  const box = pick(BOXES);
  if (ledger.known(boxCell(actor, box)) === LIVE) {
    return {
      cells: new Map([[boxCell(actor, box), GONE]]),
      request: ['DELETE', `/v1/sandboxes/${boxName(actor, box)}`],
    };
  }
  return {
    cells: new Map([[boxCell(actor, box), LIVE]]),
    request: [
      'POST',
      '/v1/sandboxes',
      {
        name: boxName(actor, box),
        session: sessionName(actor),
        network: 'none',
        idle: 'never',
        grace: '0s',
      },
    ],
  };
}

/** Works until `steps` are done or the daemon is gone. Resolves with true when the daemon went away under it. */
export async function work(
  call: Call,
  ledger: Ledger,
  actor: number,
  random: () => number,
  steps: number,
  fresh: () => string,
): Promise<boolean> {
  for (let step = 0; step < steps; step++) {
    const { cells, request } = choose(ledger, actor, random, fresh);
    const change = ledger.begin(cells);
    let answer: Answer;
    try {
      answer = await call(...request);
    } catch {
      return true;
    }
    if (answer.status >= 200 && answer.status < 300) ledger.acknowledge(change);
    else if (answer.status >= 400 && answer.status < 500) ledger.refuse(change);
    else throw new Error(`${request[0]} ${request[1]}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return false;
}

/** Reads the vault by the API and holds it against the ledger. Returns what was wrong. */
export async function compare(call: Call, ledger: Ledger): Promise<string[]> {
  const wrong: (string | null)[] = [];
  for (let actor = 0; actor < ACTORS; actor++) {
    const table = await call('GET', `/v1/sessions/${sessionName(actor)}/secrets`);
    const rows = (table.body as { items: { name: string; active: boolean }[] }).items;
    for (let n = 0; n < SECRETS; n++) {
      const name = secretName(actor, n);
      wrong.push(
        ledger.collapse(activeCell(actor, n), rows.some((row) => row.name === name && row.active) ? 'on' : 'off'),
      );
      const revealed = await call('POST', `/v1/secrets/${name}/reveal`, { reason: 'fault test' });
      const value = revealed.status === 404 ? 'absent' : String((revealed.body as { value?: string }).value);
      wrong.push(ledger.collapse(valueCell(actor, n), value));
    }
    for (let n = 0; n < BOXES; n++) {
      const box = await call('GET', `/v1/sandboxes/${boxName(actor, n)}`);
      wrong.push(ledger.collapse(boxCell(actor, n), box.status === 200 ? LIVE : GONE));
    }
  }
  return wrong.filter((line) => line !== null);
}

/** Variables that each live sandbox must have, and no other of ours. */
export function expectedBoxes(ledger: Ledger): Map<string, Map<string, string>> {
  const boxes = new Map<string, Map<string, string>>();
  for (let actor = 0; actor < ACTORS; actor++) {
    for (let b = 0; b < BOXES; b++) {
      if (ledger.known(boxCell(actor, b)) !== LIVE) continue;
      const wanted = new Map<string, string>();
      for (let n = 0; n < SECRETS; n++) {
        if (ledger.known(activeCell(actor, n)) === 'on')
          wanted.set(secretName(actor, n), ledger.known(valueCell(actor, n)));
      }
      boxes.set(boxName(actor, b), wanted);
    }
  }
  return boxes;
}
