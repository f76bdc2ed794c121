/** Which application a sign-in uses: the one that is given now, which is remembered, or the remembered one. Asks nobody. */

import type { Caller } from '../../store/index.js';
import { DaemonError } from '../errors.js';
import type { OauthFact } from './fact.js';
import { callbackOf } from './provider-words.js';
import type { ConnectWish } from './service-types.js';
import { connectCommand, type OauthWorld } from './world.js';

/**
 * Its id.
 * @param base of the place that was chosen
 * @throws OAUTH_CLIENT_NOT_FOUND, which says how to make one; what the vault refuses
 */
export function applicationOf(
  world: Pick<OauthWorld, 'vault' | 'bases' | 'publicUrl'>,
  caller: Caller,
  fact: OauthFact,
  { flow, clientId, clientSecret, account = null }: ConnectWish,
  base: string | null,
): string {
  const { connections } = world.vault;
  const needsSecret = fact.clientSecret[flow];
  const command = connectCommand({ provider: fact.id, base, account });
  if (clientId !== undefined) {
    if (needsSecret && clientSecret === undefined)
      throw missing(`${fact.name} wants the application's secret too. Give it when you are asked: ${command}.`);
    return connections.setClient(caller, { provider: fact.id, base, clientId, secret: clientSecret ?? null }).clientId;
  }
  const own = connections.client(caller, fact.id, base);
  const known = own ?? (base === world.bases[fact.id] ? connections.client(caller, fact.id, null) : null);
  if (known === null) {
    const page = base === null || fact.create.path === undefined ? fact.create.page : `${base}${fact.create.path}`;
    const callback = world.publicUrl === null ? '' : `, with the callback ${callbackOf(world.publicUrl)}`;
    throw missing(
      `No application is registered for ${fact.name}. Make one at ${page}${callback}, and give its id: ${command}. Or store a token by hand: \`ampoule add ${fact.id}\`.`,
    );
  }
  if (needsSecret && !known.hasSecret)
    throw missing(`The application of ${fact.name} has no secret here, which it needs. Give both again: ${command}.`);
  return known.clientId;
}

function missing(message: string): DaemonError {
  return new DaemonError('OAUTH_CLIENT_NOT_FOUND', message);
}
