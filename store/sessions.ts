/** Sessions: periods of work with their own set of active secrets; made, found, changed, ended. Starts and stops no container. */

import type { Context } from './context.js';
import { assertDuration, deadlineIn } from './deadline.js';
import { StoreError } from './errors.js';
import { assertName } from './names.js';
import { pageStart, toPage } from './paging.js';
import { assertAllowedEnvironment, authorize, reaches, refuseAs, targetOf } from './policy.js';
import { valuesAround } from './session-values.js';
import { differing, draftSession, settingsOf } from './sessions-draft.js';
import { endPairsOf, endSession, expireDue, nextDue, sandboxesOf } from './sessions-end.js';
import {
  insertSession,
  lookUpSession,
  publicSession,
  reachLiveSession,
  reachSession,
  type StoredSession,
  sessionById,
  toStoredSession,
  used,
} from './sessions-rows.js';
import { sql } from './statements.js';
import type { Caller, Millis, NewSession, Session, SessionId, SessionPatch } from './types.js';
import type { Sessions } from './vault.js';

/** The idle clock of one session is written at most this often. */
const TOUCH_EVERY: Millis = 1000;

export function makeSessions(context: Context): Sessions {
  const touched = new Map<SessionId, Millis>();

  function create(caller: Caller, input: NewSession): Session {
    authorize(context, caller, 'session.create', input.name ?? 'session');
    const session = draftSession(context, caller, input);
    assertAllowedEnvironment(context, caller, 'session.create', session.name, session.environment);
    assertFree(context, session.name);
    const detail = { environment: session.environment, until: session.until };
    return context.act(caller, { action: 'session.create', target: targetOf(session), detail }, () => {
      insertSession(context, session);
      return publicSession(session);
    });
  }

  return {
    create,

    ensure(caller, name, input) {
      authorize(context, caller, 'session.create', name);
      assertName(name, 'session');
      const existing = lookUpSession(context, name);
      if (existing === undefined) return { session: create(caller, { ...input, name }), created: true };
      if (!reaches(caller, existing)) refuseAs(context, caller, 'session.create', targetOf(existing), nameTaken(name));
      const members = differing(existing.settings, settingsOf(input));
      if (members.length > 0) throw differs(name, members);
      return { session: publicSession(existing), created: false };
    },

    list(caller, filter = {}, page = {}) {
      authorize(context, caller, 'session.list', 'session');
      const { limit, after } = pageStart(page);
      const text = `SELECT n.* FROM session n WHERE (@after IS NULL OR n.id < @after)
        AND (@owner IS NULL OR n.owner = @owner) AND (@only IS NULL OR n.id = @only)
        AND (@state IS NULL OR (n.endedAt IS NULL) = (@state = 'live')) ORDER BY n.id DESC LIMIT @rows`;
      const owner = caller.kind === 'launcher' ? caller.token : null;
      const only = caller.kind === 'agent' ? caller.session : null;
      const rows = sql(context.db, text).all({ after, owner, only, state: filter.state ?? null, rows: limit + 1 });
      return toPage(
        rows.map((row) => publicSession(toStoredSession(row))),
        limit,
        ({ id }) => id,
      );
    },

    get: (caller, name) => publicSession(reachSession(context, caller, 'session.get', name)),

    update(caller, name, patch) {
      const session = reachLiveSession(context, caller, 'session.update', name);
      const changed = patched(context, session, patch);
      const detail = { members: Object.keys(patch) };
      return context.act(caller, { action: 'session.update', target: targetOf(session), detail }, () => {
        const text = `UPDATE session SET name = @name, onResume = @onResume, delivery = @delivery, settings = @settings,
          until = @until, untilBoot = @untilBoot, bootId = @bootId, idle = @idle, lastUsedAt = @now WHERE id = @id`;
        const { id, onResume, delivery, until, untilBoot, bootId, idle } = changed;
        sql(context.db, text).run({
          ...{ id, name: changed.name, onResume, delivery, until, untilBoot, bootId, idle },
          ...{ settings: JSON.stringify(changed.settings), now: context.clock.now() },
        });
        return publicSession(sessionById(context, id));
      });
    },

    end(caller, name, reason = 'deleted') {
      const { id, state, ...rest } = reachSession(context, caller, 'session.end', name, { ended: true });
      if (state === 'live') {
        const entry = { action: 'session.end', target: targetOf({ id, name: rest.name }), detail: { reason } };
        context.revoke(
          caller,
          entry,
          () => endPairsOf(context, id),
          () => endSession(context, id, reason),
        );
      }
      touched.delete(id);
      const session = publicSession(sessionById(context, id));
      return { sessions: [id], session, sandboxes: sandboxesOf(context, id) };
    },

    touch(id) {
      const now = context.clock.now();
      const last = touched.get(id);
      if (last !== undefined && Math.abs(now - last) < TOUCH_EVERY) return;
      context.write('session.touch', () => used(context, id));
      touched.set(id, now);
    },

    expire: () => expireDue(context),
    nextExpiry: () => nextDue(context),
    values: (id, which) => valuesAround(context, id, which),
  };
}

/** NAME_TAKEN when a live session has this name. */
export function assertFree(context: Context, name: string, pointer = '/name'): void {
  if (lookUpSession(context, name) !== undefined) throw nameTaken(name, pointer);
}

function nameTaken(name: string, pointer = '/name'): StoreError {
  const problem = `Another live session is called ${name}`;
  return new StoreError('NAME_TAKEN', `${problem}. Choose another name: \`ampoule session ls\` lists yours.`, {
    problems: [{ pointer, detail: problem }],
  });
}

function differs(name: string, members: string[]): StoreError {
  const list = members.join(', ');
  const todo = `Leave them as they are, change them with PATCH /v1/sessions/${name}, or choose another name`;
  return new StoreError('SESSION_DIFFERS', `The session ${name} has other settings: ${list}. ${todo}.`, {
    problems: members.map((member) => ({ pointer: `/${member}`, detail: 'is not what the session was made with' })),
  });
}

/** The row that a patch makes of a session. INVALID_INPUT, NAME_TAKEN. */
function patched(context: Context, session: StoredSession, patch: SessionPatch): StoredSession {
  const changed = { ...session, settings: { ...session.settings } };
  if (patch.name !== undefined && patch.name !== session.name) {
    assertName(patch.name, 'session');
    assertFree(context, patch.name);
    changed.name = patch.name;
  }
  if (patch.ttl !== undefined) {
    assertDuration(patch.ttl, '/ttl');
    Object.assign(changed, deadlineIn(context.clock, patch.ttl));
    changed.settings.ttl = patch.ttl;
  }
  if (patch.idle !== undefined) {
    if (patch.idle !== null) assertDuration(patch.idle, '/idle');
    changed.idle = patch.idle;
    changed.settings.idle = patch.idle;
  }
  if (patch.onResume !== undefined) {
    changed.onResume = patch.onResume;
    changed.settings.onResume = patch.onResume;
  }
  if (patch.delivery !== undefined) {
    changed.delivery = patch.delivery;
    changed.settings.delivery = patch.delivery;
  }
  return changed;
}
