/** Commands outside of sandboxes: hands out a session's active values once it is written down who gets them, and notes their end. Starts and ends no process. */

import { within } from './activations-fit.js';
import { activationsOf, inForce } from './activations-rows.js';
import { callerName } from './caller.js';
import type { Context } from './context.js';
import { type InputProblem, StoreError } from './errors.js';
import { withFollowers } from './followers.js';
import type { LocalCommand, LocalCommands, LocalValue, NewLocalCommand } from './local-command-types.js';
import { assertAllowedEnvironment, assertAllowedSecrets, assertUnsealed, targetOf } from './policy.js';
import { assertNone, quote } from './problems.js';
import { readSelector, selects } from './selector.js';
import { valuesAround } from './session-values.js';
import { reachLiveSession, reachSession, type StoredSession, used } from './sessions-rows.js';
import { sql } from './statements.js';
import type { HeldVersion } from './types.js';
import { openVersion } from './versions.js';

const LONGEST_COMMAND = 1000;
const LONGEST_HOST = 253;
const LARGEST_PID = 2 ** 31 - 1;

export function makeLocalCommands(context: Context): LocalCommands {
  return {
    begin(caller, name, what) {
      const session = reachLiveSession(context, caller, 'session.environment', name);
      assertUnsealed(context, 'handing out values');
      assertNone(problemsOf(what), 'Say which machine and which command the values are for.');
      const chosen = chosenOf(context, session, what.only ?? null);
      const secrets = chosen.map(({ secret }) => secret);
      assertAllowedSecrets(context, caller, 'session.environment', targetOf(session), secrets);
      for (const { secret } of chosen)
        assertAllowedEnvironment(context, caller, 'session.environment', targetOf(session), secret.environment);
      const values: LocalValue[] = [];
      try {
        for (const { env, secret } of chosen) {
          const { id, name, currentVersion: version, as, path, sensitive } = secret;
          const value = openVersion(context, secret, version);
          values.push({ env, secret: id, name, version, as, path, sensitive, value });
        }
        const row = rowOf(context, session, what, values, callerName(caller));
        const { id, host, pid, command } = row;
        const detail = { id, host, pid, command, given: values.map(({ name, version }) => `${name} v${version}`) };
        context.act(caller, { action: 'session.environment', target: targetOf(session), detail }, () => {
          const text = `INSERT INTO localCommand (id, session, host, pid, command, holds, givenTo, since)
            VALUES (@id, @session, @host, @pid, @command, @holds, @givenTo, @since)`;
          const { until: _until, unknown: _unknown, ...columns } = row;
          sql(context.db, text).run({ ...columns, holds: JSON.stringify(row.holds) });
          used(context, session.id);
        });
        return { command: row, values };
      } catch (error) {
        for (const { value } of values) value.fill(0);
        throw error;
      }
    },

    end(caller, name, id) {
      const session = reachSession(context, caller, 'session.environment', name, { ended: true });
      const row = lookUp(context, id);
      if (row?.session !== session.id) throw notFound(id, session);
      if (row.until !== null) return row;
      const entry = { action: 'session.environment.end', target: targetOf(session), detail: { id: row.id } };
      return context.act(caller, entry, () => {
        sql(context.db, 'UPDATE localCommand SET until = ? WHERE id = ?').run(context.clock.now(), row.id);
        return lookUp(context, id) ?? row;
      });
    },

    had: (secret, limit) => {
      const text = `${ROWS} WHERE EXISTS (SELECT 1 FROM json_each(l.holds) j WHERE j.value ->> 'secret' = ?)
        ORDER BY l.until IS NULL AND n.endedAt IS NULL DESC, l.since DESC, l.id DESC LIMIT ?`;
      return sql(context.db, text).all(secret, limit).map(toCommand);
    },

    running: (limit) => {
      const text = `${ROWS} WHERE l.until IS NULL AND n.endedAt IS NULL AND l.holds <> '[]' ORDER BY l.since DESC, l.id DESC LIMIT ?`;
      return sql(context.db, text).all(limit).map(toCommand);
    },

    holding: (secret) => {
      const text = `${ROWS} WHERE l.until IS NULL
        AND EXISTS (SELECT 1 FROM json_each(l.holds) j WHERE j.value ->> 'secret' = ?) ORDER BY l.since DESC, l.id DESC`;
      return sql(context.db, text).all(secret).map(toCommand);
    },
  };
}

function problemsOf({ host, pid, only = [] }: NewLocalCommand): InputProblem[] {
  const problems = only.flatMap((text, at) => {
    const { problem } = readSelector(text, `/only/${at}`);
    return problem === null ? [] : [problem];
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (host.length === 0 || host.length > LONGEST_HOST || /[\u0000-\u001f\u007f]/.test(host))
    problems.push({ pointer: '/host', detail: 'is not the name of a machine, of 1 to 253 characters' });
  if (pid !== undefined && !(Number.isInteger(pid) && pid > 0 && pid <= LARGEST_PID))
    problems.push({ pointer: '/pid', detail: 'is not the number of a process' });
  return problems;
}

/** What is in force and selected, with each variable that has it. INVALID_INPUT for a selector that means none of these. */
function chosenOf(context: Context, session: StoredSession, only: string[] | null) {
  const active = activationsOf(context, session.id).filter((row) => inForce(context, row));
  const idle = (only ?? []).flatMap((text, at) => {
    const { selector } = readSelector(text, `/only/${at}`);
    if (selector === null || active.some(({ secret }) => selects(selector, secret))) return [];
    return [{ pointer: `/only/${at}`, detail: `${quote(text)} is nothing that is active in ${session.name}` }];
  });
  assertNone(idle, `See what is active: \`ampoule secrets --session ${session.name}\`.`);
  const named = active.map((row) => ({ ...row, env: row.env ?? row.secret.env }));
  const chosen = within({ name: '', only, as: {}, delivery: 'memory' }, named);
  return withFollowers(chosen).flatMap(({ env, secret }) => {
    const { currentVersion } = secret;
    return currentVersion === null ? [] : [{ env, secret: { ...secret, currentVersion } }];
  });
}

function rowOf(
  context: Context,
  session: StoredSession,
  what: NewLocalCommand,
  values: LocalValue[],
  givenTo: string,
): LocalCommand {
  const [host = '', command = ''] = writtenDown(context, session, what, values);
  const holds = values.map(({ env, secret, version }): HeldVersion => ({ env, secret, version }));
  return {
    ...{ id: context.id('loc'), session: session.id, pid: what.pid ?? null, holds, givenTo, unknown: false },
    ...{ host: host.slice(0, LONGEST_HOST), command: command.slice(0, LONGEST_COMMAND) },
    ...{ since: context.clock.now(), until: null },
  };
}

/** Host and command without any value of the session: a command line may hold one that is not handed out now, or an older one. */
function writtenDown(
  context: Context,
  session: StoredSession,
  { host, command, masked }: NewLocalCommand,
  values: LocalValue[],
): string[] {
  const handedOut = new Set(values.map(({ secret, version }) => `${secret} ${version}`));
  const others: { name: string; value: Uint8Array }[] = [];
  try {
    for (const { secret, name, version, open } of valuesAround(context, session.id, { everActive: true })) {
      const value = handedOut.has(`${secret} ${version}`) ? null : open();
      if (value !== null) others.push({ name, value });
    }
    const given = values.filter(({ sensitive }) => sensitive).map(({ name, value }) => ({ name, value }));
    return masked([...given, ...others], [host, command]);
  } finally {
    for (const { value } of others) value.fill(0);
  }
}

const ROWS = `SELECT l.*, l.until IS NULL AND n.endedAt IS NOT NULL AS unknown
  FROM localCommand l JOIN session n ON n.id = l.session`;

function lookUp(context: Context, id: string): LocalCommand | undefined {
  const row = sql(context.db, `${ROWS} WHERE l.id = ?`).get(id);
  return row === undefined ? undefined : toCommand(row);
}

function toCommand(row: unknown): LocalCommand {
  const { holds, unknown, ...rest } = row as Omit<LocalCommand, 'holds' | 'unknown'> & {
    holds: string;
    unknown: number;
  };
  return { ...rest, holds: JSON.parse(holds) as HeldVersion[], unknown: unknown === 1 };
}

function notFound(id: string, session: StoredSession): StoreError {
  const todo = 'See which there were: `ampoule secret usage NAME`';
  return new StoreError(
    'LOCAL_COMMAND_NOT_FOUND',
    `No local command of ${session.name} is called ${quote(id)}. ${todo}.`,
  );
}
