/** The end of a sign-in: asks whose the token is, and hands it to the vault, which makes it a secret. Keeps no token. */

import { type Connection, type ConnectionId, type ConnectionTokens, slugAccount } from '../../store/index.js';
import { ProviderFailure } from './provider-failure.js';
import { refreshTime } from './refresh-time.js';
import { type Given, wipeGiven } from './token-answer.js';
import type { OauthWorld, Opened } from './world.js';

/**
 * The connection is there from now on. What the vault does not take is made worthless at the provider again. Wipes the tokens.
 * @throws what the provider or the vault refuses
 */
export async function arrived(
  world: OauthWorld,
  id: ConnectionId,
  opened: Pick<Opened, 'fact' | 'client'>,
  given: Given,
): Promise<Connection> {
  const { connection, secret, sessions } = await established(world, id, opened, given);
  world.events.emit({ kind: 'secret', id: secret.id });
  world.changed(sessions);
  return connection;
}

async function established(
  world: OauthWorld,
  id: ConnectionId,
  { fact, client }: Pick<Opened, 'fact' | 'client'>,
  given: Given,
): Promise<ReturnType<OauthWorld['vault']['connections']['established']>> {
  const { connections } = world.vault;
  try {
    const login = await client.login(given.access);
    const { account } = connections.get({ kind: 'daemon' }, id);
    const slug = account ?? slugAccount(login);
    if (slug === null)
      throw new ProviderFailure(
        'OAUTH_ANSWER_INVALID',
        `${fact.name} calls the account something of which no name can be made. Name it: \`ampoule connect ${fact.id} --account NAME\`.`,
      );
    const variable = world.providers.get(fact.id)?.variables.find(({ env }) => env === fact.variable);
    return connections.established(id, {
      ...{ login, account: slug, variable: fact.variable, followers: variable?.followers ?? [] },
      tokens: tokensFrom(world, given),
    });
  } catch (error) {
    // It would be good at the provider, and known to nobody.
    await client.revoke(given).catch(() => false);
    throw error;
  } finally {
    wipeGiven(given);
  }
}

/** With the times that follow from their life. The bytes are those of `given`. */
export function tokensFrom(
  { timers, chance }: Pick<OauthWorld, 'timers' | 'chance'>,
  { access, refresh, life, granted }: Given,
): ConnectionTokens {
  const now = timers.now();
  return {
    ...{ access, refresh, granted },
    expiresAt: life === null ? null : now + life,
    refreshAt: refreshTime(now, life, chance()),
  };
}
