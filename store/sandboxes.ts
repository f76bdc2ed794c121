/** Sandboxes: declared containers of a session; made, found, ended, and what each should have. Calls no Docker. */

import { activationsOf, lapseActivations } from './activations-rows.js';
import type { Context } from './context.js';
import { exposurePage } from './exposure-page.js';
import { pageStart, toPage } from './paging.js';
import { assertUnsealed, authorize, targetOf } from './policy.js';
import { createSandbox } from './sandboxes-create.js';
import { lookUpSandbox, noSandbox, reachSandbox, SANDBOX_COLUMNS, sandboxById, toSandbox } from './sandboxes-rows.js';
import { endPairsOf, endSession, pairsOf, sandboxesOf } from './sessions-end.js';
import { bump, publicSession, reachSession, sessionById, used } from './sessions-rows.js';
import { sql } from './statements.js';
import { WHOLE } from './tombstones.js';
import type { Millis, Sandbox, SandboxId } from './types.js';
import type { Sandboxes } from './vault.js';
import { heldBy, lostBy, wantedBy } from './wanted.js';

/** The idle clock of one sandbox is written at most this often. */
const TOUCH_EVERY: Millis = 1000;

export function makeSandboxes(context: Context): Sandboxes {
  const touched = new Map<SandboxId, Millis>();

  return {
    create: (caller, input) => createSandbox(context, caller, input),

    list(caller, filter = {}, page = {}) {
      authorize(context, caller, 'sandbox.list', 'sandbox');
      const { limit, after } = pageStart(page);
      const asked =
        filter.session === undefined ? null : reachSession(context, caller, 'session.get', filter.session).id;
      const text = `SELECT ${SANDBOX_COLUMNS} FROM sandbox b JOIN session n ON n.id = b.session
        WHERE (@after IS NULL OR b.id < @after) AND (@asked IS NULL OR b.session = @asked)
          AND (@owner IS NULL OR n.owner = @owner) AND (@only IS NULL OR b.session = @only)
          AND (@state IS NULL OR (b.endedAt IS NULL) = (@state = 'live')) ORDER BY b.id DESC LIMIT @rows`;
      const owner = caller.kind === 'launcher' ? caller.token : null;
      const only = caller.kind === 'agent' ? caller.session : null;
      const state = filter.state ?? null;
      const rows = sql(context.db, text).all({ after, asked, owner, only, state, rows: limit + 1 });
      return toPage(rows.map(toSandbox), limit, ({ id }) => id);
    },

    get: (caller, name) => reachSandbox(context, caller, 'sandbox.get', name),

    end(caller, name, reason = 'deleted') {
      const { id, state, session, ...sandbox } = reachSandbox(context, caller, 'sandbox.end', name, { ended: true });
      if (state === 'live') {
        const entry = { action: 'sandbox.end', target: targetOf({ id, name: sandbox.name }), detail: { reason } };
        const last = takesAll(context, { id, session, endsSession: sandbox.endsSession });
        const more = sandbox.endsSession ? endPairsOf : pairsOf;
        const pairs = () => [{ session: id, secret: WHOLE }, ...(last ? more(context, session) : [])];
        context.revoke(caller, entry, pairs, () => endSandbox(context, id, reason));
      }
      touched.delete(id);
      const ended = sandboxById(context, id);
      if (ended === undefined) throw noSandbox(name);
      const sandboxes = sandbox.endsSession ? [...new Set([id, ...sandboxesOf(context, session)])] : [id];
      return { sandbox: ended, session: publicSession(sessionById(context, session)), sessions: [session], sandboxes };
    },

    reset(caller, name) {
      const sandbox = reachSandbox(context, caller, 'sandbox.reset', name);
      if (sandbox.state === 'ended') throw noSandbox(name);
      const { id, session } = sandbox;
      const entry = { action: 'sandbox.reset', target: targetOf(sandbox) };
      const lapses = lapsesWith(context, sandbox);
      const again = () => {
        sql(context.db, 'UPDATE sandbox SET resets = resets + 1 WHERE id = ?').run(id);
        if (lapses) lapseActivations(context, session);
        bump(context, [session]);
        used(context, session);
      };
      if (lapses) context.revoke(caller, entry, () => pairsOf(context, session), again);
      else context.act(caller, entry, again);
      return {
        sandbox: sandboxById(context, id) ?? sandbox,
        session: publicSession(sessionById(context, session)),
        sessions: [session],
      };
    },

    exposure(caller, name, page = {}) {
      const { id } = reachSandbox(context, caller, 'sandbox.get', name);
      const { limit, after } = pageStart(page);
      return exposurePage(context, id, limit, after);
    },

    keepPorts(id, ports) {
      context.write('sandbox.ports', () => {
        const sandbox = sandboxById(context, id);
        if (sandbox === undefined) return;
        const settings = JSON.stringify({ ...sandbox.settings, ports });
        sql(context.db, 'UPDATE sandbox SET settings = ? WHERE id = ?').run(settings, id);
      });
    },

    touch(id) {
      const now = context.clock.now();
      const last = touched.get(id);
      if (last !== undefined && Math.abs(now - last) < TOUCH_EVERY) return;
      context.write('sandbox.touch', () => {
        sql(context.db, 'UPDATE sandbox SET lastExecAt = ? WHERE id = ?').run(now, id);
        const row = sql(context.db, 'SELECT session FROM sandbox WHERE id = ?').get(id) as
          | Pick<Sandbox, 'session'>
          | undefined;
        if (row !== undefined) used(context, row.session);
      });
      touched.set(id, now);
    },

    idle() {
      const text =
        'SELECT id FROM sandbox WHERE endedAt IS NULL AND idle IS NOT NULL AND lastExecAt + idle <= ? ORDER BY id';
      return idsOf(sql(context.db, text).all(context.clock.now()));
    },

    authorizeExec(caller, name, detail) {
      const sandbox = reachSandbox(context, caller, 'sandbox.exec', name);
      if (sandbox.state === 'ended') throw noSandbox(name);
      assertUnsealed(context, 'running a command');
      return context.act(caller, { action: 'sandbox.exec', target: targetOf(sandbox), detail }, () => sandbox);
    },

    census() {
      const text = `SELECT count(*) FILTER (WHERE delivery = 'env') AS env, count(*) FILTER (WHERE delivery = 'memory') AS memory,
          count(*) FILTER (WHERE holds AND lease IS NOT NULL) AS leased,
          coalesce(max(lease) FILTER (WHERE holds), 0) AS longestLease
        FROM (SELECT b.delivery, iif(b.delivery = 'memory', iif(json_type(b.settings, '$.lease') IS NULL, 30000,
            b.settings ->> 'lease'), NULL) AS lease,
          EXISTS (SELECT 1 FROM container c WHERE c.sandbox = b.id AND c.endedAt IS NULL AND c.pid IS NOT NULL
            AND c.holds <> '[]') AS holds
        FROM sandbox b WHERE b.endedAt IS NULL)`;
      return sql(context.db, text).get() as ReturnType<Sandboxes['census']>;
    },

    unsettled() {
      const text = `SELECT id FROM sandbox b WHERE endedAt IS NULL
        OR EXISTS (SELECT 1 FROM container c WHERE c.sandbox = b.id AND c.endedAt IS NULL) ORDER BY id`;
      return idsOf(sql(context.db, text).all());
    },

    wanted: (id) => wantedBy(context, id),

    generation(id) {
      const text = 'SELECT n.generation FROM sandbox b JOIN session n ON n.id = b.session WHERE b.id = ?';
      const row = sql(context.db, text).get(id) as { generation: number } | undefined;
      return row?.generation ?? null;
    },

    held: (id) => heldBy(context, id),
    lost: (id) => lostBy(context, id),
  };
}

/** true: with this sandbox everything goes that is active in its session. */
function takesAll(context: Context, sandbox: Pick<Sandbox, 'id' | 'session' | 'endsSession'>): boolean {
  return sandbox.endsSession || lapsesWith(context, sandbox);
}

/** true: what is active in its session lapses with this sandbox. */
function lapsesWith(context: Context, sandbox: Pick<Sandbox, 'id' | 'session'>): boolean {
  if (sessionById(context, sandbox.session).onResume !== 'require-activation') return false;
  const others = 'SELECT count(*) AS n FROM sandbox WHERE session = ? AND endedAt IS NULL AND id <> ?';
  const { n } = sql(context.db, others).get(sandbox.session, sandbox.id) as { n: number };
  return n === 0 && activationsOf(context, sandbox.session).length > 0;
}

/** Call inside an act; does nothing to one that has ended. */
function endSandbox(context: Context, id: SandboxId, reason: string): void {
  const sandbox = lookUpSandbox(context, id);
  if (sandbox === undefined || sandbox.state === 'ended') return;
  const all = takesAll(context, sandbox);
  const now = context.clock.now();
  sql(context.db, 'UPDATE sandbox SET endedAt = ?, endReason = ? WHERE id = ?').run(now, reason, id);
  used(context, sandbox.session);
  if (sandbox.endsSession) endSession(context, sandbox.session, 'sandbox');
  else if (all && lapseActivations(context, sandbox.session) > 0) bump(context, [sandbox.session]);
}

function idsOf(rows: unknown[]): SandboxId[] {
  return rows.map((row) => (row as { id: SandboxId }).id);
}
