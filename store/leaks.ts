/** What follows when a value got out: a secret taken from everybody and marked, who had it, and everything taken away at once. Ends no process. */

import { endActivations } from './activations-rows.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { authorize, targetOf } from './policy.js';
import { assertNone } from './problems.js';
import { findSecret, publicSecret, type StoredSecret, sessionsWith } from './secrets-rows.js';
import { bump } from './sessions-rows.js';
import { sql } from './statements.js';
import type { Affected, Caller, Exposure, Secret, SecretId, SessionId, Version } from './types.js';
import { openVersion, versionsOf } from './versions.js';

/** An exposure with the names of where it was. */
export interface NamedExposure extends Exposure {
  sessionName: string;
  sandboxName: string;
}

/** Exposures of a secret, those that last first, then newest first. */
export interface Exposures {
  items: NamedExposure[];
  total: number;
  /** How many of them last. */
  open: number;
}

export interface Leaks {
  /**
   * Deactivates a secret in every session, forbids every version but the current one to be held, and marks it as leaked until it has a
   * newer value. Works while sealed, and is in force even where it cannot be recorded.
   */
  report(caller: Caller, name: string, reason: string): Affected & { secret: Secret };
  /** Takes the mark away: the value may be used as it is. */
  withdraw(caller: Caller, name: string, reason: string): Secret;
  exposures(caller: Caller, name: string, limit: number): Exposures;
  /** Every version that is there, for a search of processes: the daemon's own. */
  values(secret: SecretId): { version: Version; open(): Uint8Array }[];
  /** Deactivates everything in every session. Works while sealed. */
  endAll(caller: Caller): Affected & { activations: number };
}

const LONGEST_REASON = 500;

export function makeLeaks(context: Context): Leaks {
  return {
    report(caller, name, reason) {
      authorize(context, caller, 'secret.leak', name);
      assertReason(reason);
      const secret = findSecret(context, name);
      const { id } = secret;
      const sessions = sessionsWith(context, id).map((session) => session.id);
      const version = newest(context, id);
      const entry = {
        action: 'secret.leak',
        target: targetOf(secret),
        detail: { version, sessions, ...(reason === '' ? {} : { reason }) },
      };
      const pairs = () => sessions.map((session) => ({ session, secret: id }));
      context.revoke(caller, entry, pairs, () => {
        endEverywhere(context, id);
        const text = `UPDATE secret SET leakedAt = @now, leakedVersion = @version, floor = max(floor, @floor), updatedAt = @now
          WHERE id = @id`;
        sql(context.db, text).run({ id, version, floor: secret.currentVersion ?? 0, now: context.clock.now() });
      });
      return { secret: publicSecret(findSecret(context, id)), sessions };
    },

    withdraw(caller, name, reason) {
      authorize(context, caller, 'secret.leak', name);
      assertReason(reason);
      const secret = findSecret(context, name);
      if (secret.leakedAt === null) return publicSecret(secret);
      const detail = reason === '' ? {} : { reason };
      return context.act(caller, { action: 'secret.unleak', target: targetOf(secret), detail }, () => {
        sql(context.db, 'UPDATE secret SET leakedAt = NULL, leakedVersion = NULL WHERE id = ?').run(secret.id);
        return publicSecret(findSecret(context, secret.id));
      });
    },

    exposures(caller, name, limit) {
      authorize(context, caller, 'secret.get', name);
      const { id } = findSecret(context, name);
      const text = `SELECT e.secret, e.version, e.session, e.sandbox, e.container, e.env, e.confirmedBy, e.since, e.until,
          n.name AS sessionName, b.name AS sandboxName
        FROM exposure e JOIN session n ON n.id = e.session JOIN sandbox b ON b.id = e.sandbox
        WHERE e.secret = ? ORDER BY e.until IS NOT NULL, e.since DESC, e.id DESC LIMIT ?`;
      const count = 'SELECT count(*) AS total, count(*) - count(until) AS open FROM exposure WHERE secret = ?';
      const { total, open } = sql(context.db, count).get(id) as { total: number; open: number };
      return { items: sql(context.db, text).all(id, limit) as NamedExposure[], total, open };
    },

    values(secret) {
      const there = versionsOf(context, secret).filter(({ destroyedAt }) => destroyedAt === null);
      return there.map(({ version }) => ({
        version,
        open: () => openVersion(context, { id: secret, name: secret }, version),
      }));
    },

    endAll(caller) {
      authorize(context, caller, 'vault.panic', context.vaultId);
      const active = activePairs(context);
      const sessions = [...new Set(active.map(({ session }) => session))];
      const entry = (activations: number) => ({
        action: 'vault.panic',
        target: context.vaultId,
        detail: { sessions: sessions.length, activations },
      });
      const activations = context.revoke(
        caller,
        entry,
        () => active,
        () => {
          let ended = 0;
          for (const session of sessions) ended += endActivations(context, session, 'panic');
          bump(context, sessions);
          return ended;
        },
      );
      return { sessions, activations };
    },
  };
}

/** Its activations in all sessions, lapsed ones too. Call inside an act. */
function endEverywhere(context: Context, secret: SecretId): void {
  const rows = sql(context.db, 'SELECT session FROM activation WHERE secret = ? AND endedAt IS NULL').all(secret);
  for (const { session } of rows as { session: SessionId }[])
    if (endActivations(context, session, 'leaked', new Set([secret])) > 0) bump(context, [session]);
}

function activePairs(context: Context): { session: SessionId; secret: SecretId }[] {
  const text = 'SELECT DISTINCT session, secret FROM activation WHERE endedAt IS NULL';
  return sql(context.db, text).all() as { session: SessionId; secret: SecretId }[];
}

/** Of all versions, destroyed ones too: whoever has one of these has what leaked. */
function newest(context: Context, secret: SecretId): Version {
  const row = sql(context.db, 'SELECT max(version) AS version FROM secretVersion WHERE secret = ?').get(secret);
  return (row as { version: Version | null }).version ?? 0;
}

function assertReason(reason: string): void {
  if (reason.length > LONGEST_REASON)
    assertNone(
      [{ pointer: '/reason', detail: `has more than ${LONGEST_REASON} characters` }],
      'Say it in fewer words.',
    );
}

/** The refusal of a leaked secret that has no newer value. */
export function leaked({ name, leakedAt }: Pick<StoredSecret, 'name' | 'leakedAt'>): StoreError {
  const when = leakedAt === null ? '' : ` (reported at ${new Date(leakedAt).toISOString()})`;
  const todo = `Make a new one where it comes from and store it with \`ampoule secret set ${name}\`. If it did not leak, run \`ampoule leak ${name} --withdraw\``;
  return new StoreError('SECRET_LEAKED', `The value of ${name} leaked${when}, so it is given to nobody. ${todo}.`);
}
