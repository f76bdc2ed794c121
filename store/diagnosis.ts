/** Answers why a variable is, or is not, in a session's sandboxes. Authorises and audits; judges nothing and changes nothing. */

import { inForce } from './activations-rows.js';
import { claimOf, type Standing, standing, wants } from './claims.js';
import type { Context } from './context.js';
import type { Diagnosis, Examined, ExamineOptions, Known, VariableAccount } from './diagnosis-types.js';
import { holdersOf } from './holders.js';
import { targetOf } from './policy.js';
import { noSandbox, SANDBOX_COLUMNS, toSandbox } from './sandboxes-rows.js';
import { publicSession, reachSession } from './sessions-rows.js';
import { sql } from './statements.js';
import type { Caller, Sandbox, SandboxId, SessionId } from './types.js';
import { wantedBy } from './wanted.js';

export function makeDiagnosis(context: Context): Diagnosis {
  const account = (
    caller: Caller,
    action: 'session.explain' | 'session.doctor',
    name: string,
    { variable, sandbox, live }: ExamineOptions,
  ): VariableAccount => {
    const session = publicSession(reachSession(context, caller, action, name));
    const sandboxes = chosen(liveIn(context, session.id), sandbox);
    const all = standing(context, caller, session);
    const meant = all.filter((one) =>
      variable === undefined ? one.row !== undefined : wants(variable, one, sandboxes),
    );
    const places = sandboxes.map((one) => ({ sandbox: one, given: wantedBy(context, one.id)?.values ?? [] }));
    const concerned = live === true ? [...meant, ...partnersOf(meant, all)] : meant;
    return {
      ...{ session, sandboxes },
      claims: concerned.map((one) => claimOf(context, caller, session, one, places)),
      known: all.map((one) => knownOf(context, one)),
    };
  };

  return {
    explain: (caller, session, variable, sandbox) =>
      account(caller, 'session.explain', session, { variable, ...(sandbox === undefined ? {} : { sandbox }) }),

    examine(caller, name, options = {}) {
      const found = account(caller, 'session.doctor', name, options);
      const compared = found.claims.filter(({ open }) => open !== null).map((claim) => claim.name);
      const { variable, sandbox, live } = options;
      const detail = {
        compared,
        ...(variable === undefined ? {} : { variable }),
        ...(sandbox === undefined ? {} : { sandbox }),
        ...(live === true ? { live } : {}),
      };
      const entry = { action: 'session.doctor', target: targetOf(found.session), detail };
      return context.act(caller, entry, () => ({
        ...found,
        examined: found.sandboxes.flatMap(({ id }) => examinedOf(context, id, variable)),
      }));
    },
  };
}

function examinedOf(context: Context, id: SandboxId, variable: string | undefined): Examined[] {
  const wanted = wantedBy(context, id);
  if (wanted === null) return [];
  const text = `SELECT id, dockerId FROM container
    WHERE sandbox = ? AND role = 'current' AND endedAt IS NULL AND dockerId IS NOT NULL ORDER BY id DESC LIMIT 1`;
  const container = sql(context.db, text).get(id) as { id: number; dockerId: string } | undefined;
  return [
    {
      wanted,
      values: wanted.values.filter(({ env }) => variable === undefined || env === variable),
      holders: holdersOf(context, id)
        .filter((row) => row.until === null && row.container === container?.id)
        .map(({ holder, kind, pid, program, since, holds }) => ({ id: holder, kind, pid, program, since, holds })),
      container: container?.dockerId ?? null,
    },
  ];
}

/** What is active of the same provider and account: a check at the provider may need all of it. */
function partnersOf(meant: Standing[], all: Standing[]): Standing[] {
  return all.filter(
    (one) =>
      one.row !== undefined &&
      one.secret.provider !== null &&
      !meant.includes(one) &&
      meant.some(({ secret }) => secret.provider === one.secret.provider && secret.account === one.secret.account),
  );
}

function knownOf(context: Context, { secret, row }: Standing): Known {
  const { name, provider, account, environment } = secret;
  const active = row !== undefined && inForce(context, row);
  return { name, provider, account, environment, active, variable: row?.env ?? secret.env };
}

function liveIn(context: Context, session: SessionId): Sandbox[] {
  const text = `SELECT ${SANDBOX_COLUMNS} FROM sandbox b WHERE b.session = ? AND b.endedAt IS NULL ORDER BY b.name`;
  return sql(context.db, text).all(session).map(toSandbox);
}

/** The one that is meant, which has to be of this session; all unless one is named. */
function chosen(sandboxes: Sandbox[], name: string | undefined): Sandbox[] {
  if (name === undefined) return sandboxes;
  const found = sandboxes.filter((sandbox) => sandbox.id === name || sandbox.name === name);
  if (found.length === 0) throw noSandbox(name);
  return found;
}
