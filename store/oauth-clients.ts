/** Applications that the operator registered at providers: their ids, and their secrets sealed. Talks to no provider. */

import { callerName } from './caller.js';
import type { Connections, OauthClient } from './connection-types.js';
import type { Context } from './context.js';
import { type InputProblem, StoreError } from './errors.js';
import { PROVIDER } from './names.js';
import { assertUnsealed, authorize } from './policy.js';
import { assertNone, quote } from './problems.js';
import { hasSealed, openSealed, putSealed, type SealedId, wipeSealed } from './sealed-values.js';
import { sql } from './statements.js';

const LONGEST_CLIENT_ID = 256;
const LONGEST_BASE = 300;
const LONGEST_SECRET = 1024;

interface Row {
  id: string;
  provider: string;
  base: string | null;
  clientId: string;
  createdAt: number;
  createdBy: string;
}

export function makeOauthClients(
  context: Context,
): Pick<Connections, 'setClient' | 'client' | 'clients' | 'removeClient' | 'openClient'> {
  return {
    setClient(caller, { provider, base, clientId, secret }) {
      authorize(context, caller, 'client.set', provider);
      assertUnsealed(context, 'remembering an application');
      assertNone(clientProblems(provider, base, clientId, secret), 'Take them from the page of the application.');
      context.requireRoom();
      const old = lookUp(context, provider, base);
      const id = old?.id ?? context.id('app');
      const detail = { clientId, secret: secret !== null, ...(old === undefined ? {} : { replaced: old.clientId }) };
      return context.act(caller, { action: 'client.set', target: targetOf({ id, provider, base }), detail }, () => {
        const text = `INSERT INTO oauthClient (id, provider, base, clientId, createdAt, createdBy)
          VALUES (@id, @provider, @base, @clientId, @createdAt, @createdBy)
          ON CONFLICT (id) DO UPDATE SET clientId = @clientId, createdAt = @createdAt, createdBy = @createdBy`;
        const createdBy = callerName(caller);
        sql(context.db, text).run({ id, provider, base, clientId, createdAt: context.clock.now(), createdBy });
        if (secret === null) wipeSealed(context, secretOf(id));
        else putSealed(context, secretOf(id), secret, createdBy);
        return toClient(context, find(context, provider, base));
      });
    },

    client(caller, provider, base) {
      authorize(context, caller, 'client.list', provider);
      const row = lookUp(context, provider, base);
      return row === undefined ? null : toClient(context, row);
    },

    clients(caller) {
      authorize(context, caller, 'client.list', 'client');
      const rows = sql(context.db, `SELECT * FROM oauthClient ORDER BY provider, coalesce(base, '')`).all() as Row[];
      return rows.map((row) => toClient(context, row));
    },

    removeClient(caller, provider, base) {
      authorize(context, caller, 'client.remove', provider);
      const row = find(context, provider, base);
      const users = usersOf(context, row);
      if (users.length > 0) throw inUse(row, users);
      const detail = { clientId: row.clientId };
      context.act(caller, { action: 'client.remove', target: targetOf(row), detail }, () => {
        wipeSealed(context, secretOf(row.id));
        sql(context.db, 'DELETE FROM oauthClient WHERE id = ?').run(row.id);
      });
    },

    openClient(provider, base) {
      const row = lookUp(context, provider, base);
      if (row === undefined) return null;
      assertUnsealed(context, 'speaking to a provider');
      return { clientId: row.clientId, secret: openSealed(context, secretOf(row.id)) };
    },
  };
}

function secretOf(id: string): SealedId {
  return `${id}/secret` as SealedId;
}

function lookUp(context: Context, provider: string, base: string | null): Row | undefined {
  const text = `SELECT * FROM oauthClient WHERE provider = ? AND coalesce(base, '') = ?`;
  return sql(context.db, text).get(provider, base ?? '') as Row | undefined;
}

function find(context: Context, provider: string, base: string | null): Row {
  const row = lookUp(context, provider, base);
  if (row !== undefined) return row;
  const where = base === null ? provider : `${provider} at ${base}`;
  const todo = 'Register one by connecting: `ampoule connect PROVIDER`';
  throw new StoreError('OAUTH_CLIENT_NOT_FOUND', `No application is registered for ${quote(where)}. ${todo}.`);
}

/** Names of the secrets that are kept fresh through it. */
function usersOf(context: Context, { provider, base, clientId }: Row): string[] {
  const text = `SELECT s.name FROM connection c JOIN secret s ON s.id = c.secret
    WHERE c.provider = ? AND coalesce(c.base, '') = ? AND c.clientId = ? AND c.state = 'connected' ORDER BY s.name`;
  const rows = sql(context.db, text).all(provider, base ?? '', clientId) as { name: string }[];
  return rows.map(({ name }) => name);
}

function inUse({ provider }: Row, names: string[]): StoreError {
  const one = names.length === 1;
  const todo = `Disconnect first: ${names.map((name) => `\`ampoule disconnect ${name}\``).join(', ')}`;
  return new StoreError(
    'OAUTH_CLIENT_IN_USE',
    `${names.join(', ')} ${one ? 'is' : 'are'} kept fresh through this application of ${provider}. ${todo}.`,
  );
}

function toClient(context: Context, { id, ...row }: Row): OauthClient {
  return { ...row, hasSecret: hasSealed(context, secretOf(id)) };
}

function targetOf({ id, provider, base }: Pick<Row, 'id' | 'provider' | 'base'>): string {
  return `${id} ${provider}${base === null ? '' : ` ${base}`}`;
}

function clientProblems(
  provider: string,
  base: string | null,
  clientId: string,
  secret: Uint8Array | null,
): InputProblem[] {
  const problems = placeProblems(provider, base);
  // What is printed in ASCII: RFC 6749, appendix A.
  if (clientId.length > LONGEST_CLIENT_ID || !/^[\x21-\x7e]+$/.test(clientId))
    problems.push({
      pointer: '/clientId',
      detail: `is no id of an application: 1 to ${LONGEST_CLIENT_ID} characters without spaces`,
    });
  if (secret !== null && (secret.length > LONGEST_SECRET || !isPrinted(secret)))
    problems.push({
      pointer: '/clientSecret',
      detail: `is no secret of an application: 1 to ${LONGEST_SECRET} printed characters without a line end`,
    });
  return problems;
}

function isPrinted(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte <= 0x7e);
}

/** What is wrong with the id of a provider and the address of one's own. */
export function placeProblems(provider: string, base: string | null): InputProblem[] {
  const problems: InputProblem[] = [];
  if (!PROVIDER.test(provider))
    problems.push({ pointer: '/provider', detail: `${quote(provider)} is no provider: a-z, 0-9 and -, as in github` });
  if (base !== null && !isBase(base))
    problems.push({
      pointer: '/base',
      detail: `${quote(base)} is no address of a server, such as https://git.example.com`,
    });
  return problems;
}

function isBase(text: string): boolean {
  if (text.length > LONGEST_BASE || !URL.canParse(text)) return false;
  const { protocol, username, password, search, hash, href } = new URL(text);
  const web = protocol === 'https:' || protocol === 'http:';
  return web && [username, password, search, hash].every((part) => part === '') && !href.includes('%');
}
