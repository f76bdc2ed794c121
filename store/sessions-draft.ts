/** Turns what somebody asks of a session into its settings and a row that is not yet written. Looks nothing up. */

import { callerToken } from './caller.js';
import type { Context } from './context.js';
import { assertDuration, deadlineIn, NEVER } from './deadline.js';
import { assertName, environmentProblem } from './names.js';
import { assertNone } from './problems.js';
import type { SessionSettings, StoredSession } from './sessions-rows.js';
import type { Caller, Millis, NewSession } from './types.js';

/** Idle time of a session that asks for none: 24 h. */
export const DEFAULT_IDLE: Millis = 24 * 3600 * 1000;

/** Settings with every default filled in. INVALID_INPUT. */
export function settingsOf(input: Omit<NewSession, 'name'>, pointer = ''): SessionSettings {
  const { environment, ttl, idle, onResume, delivery } = input;
  if (environment !== undefined) {
    const detail = environmentProblem(environment);
    if (detail !== null) assertNone([{ pointer: `${pointer}/environment`, detail }], 'Write one such as staging.');
  }
  if (ttl !== undefined) assertDuration(ttl, `${pointer}/ttl`);
  if (idle !== undefined && idle !== null) assertDuration(idle, `${pointer}/idle`);
  return {
    environment: environment ?? null,
    ttl: ttl ?? null,
    idle: idle === undefined ? DEFAULT_IDLE : idle,
    onResume: onResume ?? 'require-activation',
    delivery: delivery ?? 'auto',
  };
}

/** A new live session of this caller. One that is given no name is called by its id. */
export function draftSession(context: Context, caller: Caller, input: NewSession, pointer = ''): StoredSession {
  const settings = settingsOf(input, pointer);
  if (input.name !== undefined) assertName(input.name, 'session', `${pointer}/name`);
  const id = context.id('ses');
  const now = context.clock.now();
  const { environment, onResume, delivery, idle } = settings;
  return {
    ...{ id, name: input.name ?? id, owner: callerToken(caller), state: 'live', settings },
    ...{ environment, onResume, delivery, idle },
    ...(settings.ttl === null ? NEVER : deadlineIn(context.clock, settings.ttl)),
    ...{ lastUsedAt: now, generation: 1, createdAt: now, endedAt: null, endReason: null },
  };
}

/** The members in which two settings differ. */
export function differing(one: SessionSettings, two: SessionSettings): string[] {
  const members = ['environment', 'ttl', 'idle', 'onResume', 'delivery'] as const;
  return members.filter((member) => one[member] !== two[member]);
}
