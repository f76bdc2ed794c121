/** Connections and applications as the API shows them, each with what a person has to do. */

import type { Static } from 'typebox';
import type { Connection, OauthClient } from '../../store/index.js';
import type { Begun, OauthProviderFacts } from '../oauth/service-types.js';
import { formatTime } from './duration.js';
import type {
  Begun as BegunSchema,
  ClientFacts,
  Client as ClientSchema,
  Connection as ConnectionSchema,
} from './schemas/connections.js';

const time = (ms: number | null): string | null => (ms === null ? null : formatTime(ms));

export function connectionAnswer(connection: Connection): Static<typeof ConnectionSchema> {
  const { secret, secretName, problem, ...rest } = connection;
  return {
    ...rest,
    secret: secretName,
    secretId: secret,
    createdAt: formatTime(rest.createdAt),
    connectedAt: time(rest.connectedAt),
    expiresAt: time(rest.expiresAt),
    refreshAt: time(rest.refreshAt),
    refreshedAt: time(rest.refreshedAt),
    refreshingSince: time(rest.refreshingSince),
    problem: problem === null ? null : { ...problem, at: formatTime(problem.at) },
    todo: todoOf(connection),
  };
}

/** null: nothing but waiting. */
function todoOf(connection: Connection): string | null {
  const { state, secretName } = connection;
  if (state === 'pending') return 'Somebody has to sign in at the provider.';
  if (state === 'reauthorize') return `Authorize ${secretName} again: \`${connectCommand(connection)}\`.`;
  return null;
}

/** The command that signs in to the same account again. */
export function connectCommand({ provider, base, account, environment, flow }: Connection): string {
  return [
    `ampoule connect ${provider}`,
    ...(base === null ? [] : [`--base ${base}`]),
    ...(account === null ? [] : [`--account ${account}`]),
    ...(environment === null ? [] : [`--environment ${environment}`]),
    ...(flow === 'device' ? ['--device'] : []),
  ].join(' ');
}

export function begunAnswer({ connection, authorize, device }: Begun, notices: string[]): Static<typeof BegunSchema> {
  return {
    ...connectionAnswer(connection),
    ...(authorize === undefined
      ? {}
      : { authorize: { url: authorize.url, expiresAt: formatTime(authorize.expiresAt) } }),
    ...(device === undefined ? {} : { device: { ...device, expiresAt: formatTime(device.expiresAt) } }),
    notices,
  };
}

export function clientAnswer(client: OauthClient): Static<typeof ClientSchema> {
  return { ...client, createdAt: formatTime(client.createdAt) };
}

export function factsAnswer(
  { id, clientSecret, ...facts }: OauthProviderFacts,
  client: OauthClient | null,
): Static<typeof ClientFacts> {
  return {
    ...facts,
    provider: id,
    needsSecret: clientSecret,
    client: client === null ? null : clientAnswer(client),
  };
}
