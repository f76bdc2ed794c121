/** Answers why a variable is, or is not, in a session's sandboxes. Authorises and audits; judges nothing and changes nothing. */

import { claimOf, standing, wants } from './claims.js';
import type { Context } from './context.js';
import type { Diagnosis, Examined, ExamineOptions, VariableAccount } from './diagnosis-types.js';
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
    { variable, sandbox }: Pick<ExamineOptions, 'variable' | 'sandbox'>,
  ): VariableAccount => {
    const session = publicSession(reachSession(context, caller, action, name));
    const sandboxes = chosen(liveIn(context, session.id), sandbox);
    const all = standing(context, caller, session);
    const concerned = all.filter((one) =>
      variable === undefined ? one.row !== undefined : wants(variable, one, sandboxes),
    );
    return {
      ...{ session, sandboxes },
      claims: concerned.map((one) => claimOf(context, caller, session, one, sandboxes)),
      known: [...new Set(all.flatMap(({ secret, row }) => [secret.env, row?.env ?? secret.env]))].sort(),
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
