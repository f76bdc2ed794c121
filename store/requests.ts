/** Requests: asks for a change of what is active in a session, kept until a person decides. An approval and its change are one act. */

import { applyPlan } from './activations.js';
import { planActivations } from './activations-plan.js';
import { activationsOf } from './activations-rows.js';
import { callerName, callerToken } from './caller.js';
import type { Context } from './context.js';
import { assertDuration } from './deadline.js';
import { StoreError } from './errors.js';
import { pageStart, toPage } from './paging.js';
import { type Action, assertUnsealed, authorize, reaches, refuseAs, targetOf } from './policy.js';
import { quote } from './problems.js';
import { assertFew, isSame, wantedOf } from './requests-ask.js';
import { assertGranted, called, chosenOf, grantedOf } from './requests-grant.js';
import {
  closeRequest,
  countPending,
  insertRequest,
  listRequests,
  lookUpRequest,
  overdueRequests,
  pendingIn,
  publicRequest,
  type StoredRequest,
} from './requests-rows.js';
import { readWords } from './requests-words.js';
import { publicSession, reachLiveSession, reachSession, sessionById } from './sessions-rows.js';
import type { Affected, Caller, Millis, RequestId, Session } from './types.js';
import type { Requests } from './vault.js';

/** How long a request waits for somebody. */
export const REQUEST_LASTS: Millis = 24 * 3_600_000;

export function makeRequests(context: Context): Requests {
  const find = (id: RequestId) => publicRequest(lookUpRequest(context, id) as StoredRequest);
  const answer = (request: StoredRequest, affected: Affected['sessions'] = []) => ({
    request: find(request.id),
    session: publicSession(sessionById(context, request.session)) as Session,
    sessions: affected,
  });

  return {
    ask(caller, name, ask) {
      const session = reachLiveSession(context, caller, 'request.create', name);
      const reason = readWords(ask.reason, '/reason');
      if (ask.ttl !== undefined) assertDuration(ask.ttl, '/ttl');
      const wanted = wantedOf(context, caller, session, ask);
      const now = context.clock.now();
      const waiting = pendingIn(context, session.id).filter(({ expiresAt }) => expiresAt > now);
      const same = waiting.find((one) => isSame(one, caller, ask, wanted));
      if (same !== undefined) return { request: publicRequest(same), created: false };
      assertFew(session, waiting);
      const id = context.id('req');
      const row = {
        ...{ id, session: session.id, action: ask.action, askedBy: callerName(caller), token: callerToken(caller) },
        ...{ reason, text: ask.text ?? null, ttl: ask.ttl ?? null, createdAt: now, expiresAt: now + REQUEST_LASTS },
        acrossEnvironments: ask.acrossEnvironments === true,
      };
      const names = wanted.map(({ secret, as }) => called(secret.name, as));
      const detail = { session: targetOf(session), [ask.action]: names, reason };
      return context.act(caller, { action: 'request.create', target: id, detail }, () => {
        insertRequest(
          context,
          row,
          wanted.map(({ secret, as }) => ({ secret: secret.id, as: as ?? null })),
        );
        return { request: find(id), created: true };
      });
    },

    list(caller, filter = {}, page = {}) {
      authorize(context, caller, 'request.list', 'request');
      const { limit, after } = pageStart(page);
      const session =
        filter.session === undefined
          ? caller.kind === 'agent'
            ? caller.session
            : null
          : reachSession(context, caller, 'request.list', filter.session, { ended: true }).id;
      const owner = caller.kind === 'launcher' ? caller.token : null;
      const query = { state: filter.state ?? null, session, owner, after, rows: limit + 1 };
      return toPage(listRequests(context, query).map(publicRequest), limit, ({ id }) => id);
    },

    get: (caller, id) => publicRequest(reachRequest(context, caller, 'request.list', id)),

    approve(caller, id, options = {}) {
      const request = reachRequest(context, caller, 'request.decide', id);
      if (options.ttl !== undefined) assertDuration(options.ttl, '/ttl');
      if (request.state === 'approved') {
        assertGranted(request, options);
        return answer(request);
      }
      assertOpen(context, request);
      const granted = grantedOf(request, options.names);
      const session = reachLiveSession(context, caller, 'session.activate', request.session);
      const names = request.secrets.filter(({ secret }) => granted.has(secret)).map((one) => called(one.name, one.as));
      const left = request.secrets.filter(({ secret }) => !granted.has(secret)).map((one) => one.name);
      const ttl = options.ttl ?? request.ttl ?? undefined;
      const detail = {
        ...{ session: targetOf(session), askedBy: request.askedBy, [request.action]: names },
        ...(left.length > 0 ? { left } : {}),
        ...(ttl === undefined ? {} : { ttl }),
      };
      const entry = { action: 'request.approve', target: request.id, detail };
      const closing = {
        state: 'approved',
        by: callerName(caller),
        granted,
        ...(ttl === undefined ? {} : { ttl }),
      } as const;
      if (request.action === 'deactivate') {
        const end = activationsOf(context, session.id).filter(({ secret }) => granted.has(secret.id));
        const pairs = () => end.map(({ secret }) => ({ session: session.id, secret: secret.id }));
        context.revoke(caller, entry, pairs, () => {
          applyPlan(context, session.id, { put: [], end });
          closeRequest(context, request.id, closing);
        });
      } else {
        assertUnsealed(context, 'activating');
        const chosen = chosenOf(context, session, request, granted);
        const plan = planActivations(context, caller, session, chosen, {
          ...{ exact: false, acrossEnvironments: request.acrossEnvironments, requestId: request.id },
          ...(ttl === undefined ? {} : { ttl }),
        });
        context.act(caller, entry, () => {
          if (plan.put.length > 0) applyPlan(context, session.id, plan);
          closeRequest(context, request.id, closing);
        });
      }
      return answer(request, [session.id]);
    },

    deny(caller, id, reason = '') {
      const request = reachRequest(context, caller, 'request.decide', id);
      return close(context, caller, request, 'denied', readWords(reason, '/reason', { empty: true }));
    },

    withdraw(caller, id) {
      const request = reachRequest(context, caller, 'request.withdraw', id);
      const asker = caller.kind === 'operator' || request.token === callerToken(caller);
      if (!asker) refuseAs(context, caller, 'request.withdraw', request.id, noRequest(id));
      return close(context, caller, request, 'withdrawn');
    },

    pending: () => countPending(context),

    expire() {
      const overdue = overdueRequests(context);
      for (const { id } of overdue)
        context.act({ kind: 'daemon' }, { action: 'request.expire', target: id }, () =>
          closeRequest(context, id, { state: 'expired', by: 'daemon', answer: 'Nobody decided in time.' }),
        );
      return overdue.map(({ id }) => id);
    },
  };
}

/** Authorises and finds. Unknown ones and those of others: REQUEST_NOT_FOUND. */
function reachRequest(context: Context, caller: Caller, action: Action, id: string): StoredRequest {
  authorize(context, caller, action, id);
  const request = lookUpRequest(context, id);
  if (request === undefined) throw noRequest(id);
  const session = sessionById(context, request.session);
  if (!reaches(caller, session)) refuseAs(context, caller, action, request.id, noRequest(id));
  return request;
}

function noRequest(id: string): StoreError {
  return new StoreError('REQUEST_NOT_FOUND', `No request is called ${quote(id)}. Run \`ampoule requests\`.`);
}

/** REQUEST_CLOSED for one that nobody can decide on any more. */
function assertOpen(context: Context, { id, state, expiresAt, decidedBy }: StoredRequest): void {
  if (state === 'pending' && expiresAt > context.clock.now()) return;
  const how = state === 'pending' ? 'expired' : state;
  const who = decidedBy === null || state === 'expired' ? '' : ` by ${decidedBy}`;
  throw new StoreError(
    'REQUEST_CLOSED',
    `The request ${id} was ${how}${who}. Have it asked again: \`ampoule request\`.`,
  );
}

function close(
  context: Context,
  caller: Caller,
  request: StoredRequest,
  state: 'denied' | 'withdrawn',
  answer?: string,
): ReturnType<Requests['deny']> {
  if (request.state === state) return publicRequest(request);
  assertOpen(context, request);
  const action = state === 'denied' ? 'request.deny' : 'request.withdraw';
  const detail = { askedBy: request.askedBy, ...(answer === undefined || answer === '' ? {} : { reason: answer }) };
  return context.act(caller, { action, target: request.id, detail }, () => {
    const why = answer === undefined || answer === '' ? {} : { answer };
    closeRequest(context, request.id, { state, by: callerName(caller), ...why });
    return publicRequest(lookUpRequest(context, request.id) as StoredRequest);
  });
}
