/** A person signed in: the token becomes a secret, and the connection keeps it fresh from then on. Talks to no provider. */

import type { Connection, ConnectionId, Connections, Tokens } from './connection-types.js';
import {
  changeConnection,
  connectionById,
  connectionOf,
  connectionTarget,
  publicConnection,
} from './connections-rows.js';
import { keepTokens, sealedOf } from './connections-tokens.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { formatSecretName } from './names.js';
import { assertUnsealed } from './policy.js';
import { quote } from './problems.js';
import { wipeSealed } from './sealed-values.js';
import { findSecret, lookUpSecret, publicSecret, type StoredSecret } from './secrets-rows.js';
import { sql } from './statements.js';
import type { Affected, Caller, SecretId } from './types.js';
import type { Secrets } from './vault.js';

const daemon: Caller = { kind: 'daemon' };

/** CONNECTION_CLOSED when it is not pending any more; NAME_TAKEN by an account of another server, or by another account; what storing a value throws. */
export function establish(
  context: Context,
  secrets: Pick<Secrets, 'create' | 'setValue'>,
  id: ConnectionId,
  signedIn: Parameters<Connections['established']>[1],
): ReturnType<Connections['established']> {
  assertUnsealed(context, 'keeping a token');
  const { login, account, variable, followers, tokens } = signedIn;
  const pending = connectionById(context, id);
  if (pending.state !== 'pending') throw closed(pending);
  const { provider, environment } = pending;
  const name = formatSecretName({ variable, account, environment });
  const known = lookUpSecret(context, name);
  const before = known === undefined ? undefined : connectionOf(context, known.id);
  if (before !== undefined) {
    if (before.provider !== provider || before.base !== pending.base) throw taken(name, before);
    if (!isSameLogin(before.login, login)) throw otherLogin(name, before, login);
  }
  type Made = Affected & { connection: Connection; secret: StoredSecret; created: boolean };
  const entry = ({ connection, created }: Made) => ({
    action: 'connection.establish',
    target: connectionTarget(connection),
    detail: {
      ...{ login, granted: tokens.granted, [created ? 'created' : 'rotated']: [name] },
      ...(before === undefined ? {} : { ended: before.id }),
    },
  });
  const made = context.act(daemon, entry, (): Made => {
    if (before !== undefined) end(context, before.id);
    const stored = store(secrets, known, { name, provider, followers, tokens });
    const row = { id: stored.id, login, provider };
    const text = `UPDATE secret SET login = @login, provider = @provider, expiresAt = NULL, rotateEvery = NULL WHERE id = @id`;
    sql(context.db, text).run(row);
    changeConnection(context, id, {
      ...{ state: 'connected', account, login, secret: stored.id },
      ...{ connectedAt: context.clock.now(), problemCode: null, problemMessage: null, problemAt: null },
    });
    keepTokens(context, id, tokens);
    const connection = publicConnection(connectionById(context, id));
    const secret = findSecret(context, stored.id);
    return { connection, secret, created: known === undefined, sessions: stored.sessions };
  });
  return { ...made, secret: publicSecret(made.secret) };
}

function store(
  secrets: Pick<Secrets, 'create' | 'setValue'>,
  known: StoredSecret | undefined,
  { name, provider, followers, tokens }: { name: string; provider: string; followers: string[]; tokens: Tokens },
): Affected & { id: SecretId } {
  const value = { plain: tokens.access };
  if (known === undefined) return { id: secrets.create(daemon, { name, provider, followers }, value).id, sessions: [] };
  return { id: known.id, sessions: secrets.setValue(daemon, known.id, value).sessions };
}

/** Another sign-in took its place. */
function end(context: Context, id: ConnectionId): void {
  changeConnection(context, id, { state: 'ended', refreshAt: null, refreshingSince: null });
  wipeSealed(context, sealedOf(id, 'access'), sealedOf(id, 'refresh'));
}

/** The refusal of what only a pending one can become. */
export function closed({ id, state, provider }: Connection): StoreError {
  const todo = `See where it stands: \`ampoule connections\`. Begin again: \`ampoule connect ${provider}\``;
  return new StoreError('CONNECTION_CLOSED', `The connection ${id} is ${state}, and waits for nobody. ${todo}.`);
}

/** Providers keep a login whatever its case. */
function isSameLogin(before: string | null, now: string): boolean {
  return before === null || before.toLowerCase() === now.toLowerCase();
}

/** A browser that is signed in as somebody else does not replace a person's token unseen. */
function otherLogin(name: string, { provider, login: kept }: Connection, login: string): StoreError {
  const problem = `${quote(login)} signed in, and ${name} is the token of ${quote(kept ?? '')}`;
  const todo = `Sign in as that one, give this account a name of its own (\`ampoule connect ${provider} --account NAME\`), or end the other first: \`ampoule disconnect ${name}\``;
  return new StoreError('NAME_TAKEN', `${problem}. ${todo}.`);
}

function taken(name: string, { provider, base }: Connection): StoreError {
  const where = base === null ? provider : `${provider} at ${base}`;
  const todo = `Connect this one under another account: \`ampoule connect ${provider} --account NAME\``;
  return new StoreError('NAME_TAKEN', `${name} belongs to a connection with ${where}. ${todo}.`);
}
