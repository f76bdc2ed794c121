/** Routes of connections: sign in, see, refresh, disconnect. Tokens never pass through here. */

import type { Connection, ConnectionId } from '../../../store/index.js';
import { holdersOf, revoking } from '../../change.js';
import { DaemonError } from '../../errors.js';
import type { Begun, ConnectWish, OauthService } from '../../oauth/service-types.js';
import type { Parts } from '../../parts.js';
import { callerOf } from '../authentication.js';
import type { App } from '../fastify.js';
import { onceSlowly } from '../idempotency.js';
import { begunAnswer, connectionAnswer } from '../represent-connection.js';
import { type Http, settled, waitOf } from '../respond.js';
import {
  Begun as BegunSchema,
  ConnectBody,
  ConnectionChange,
  ConnectionParams,
  ConnectionQuery,
  Connection as ConnectionSchema,
  ConnectionsQuery,
} from '../schemas/connections.js';
import { WaitQuery } from '../schemas/sessions.js';
import { list, pageOf } from '../schemas/shared.js';
import { utf8Of } from '../values.js';

const AGAIN =
  'This key began it before; what was to be opened then is shown once. Begin another with a new Idempotency-Key.';

export function connectionRoutes(app: App, http: Http): void {
  const { parts, streams } = http;
  const { connections } = parts.vault;
  const told = (connection: Connection): void => {
    parts.events.emit({ kind: 'connection', id: connection.id });
    if (connection.secret !== null) parts.events.emit({ kind: 'secret', id: connection.secret });
  };

  app.get(
    '/v1/connections',
    {
      schema: { querystring: ConnectionsQuery, response: { 200: list(ConnectionSchema) } },
      config: { operation: { id: 'listConnections', summary: 'Connections, newest first, without those that ended' } },
    },
    async (request) => {
      const page = connections.list(callerOf(request), pageOf(request.query));
      return { ...page, items: page.items.map(connectionAnswer) };
    },
  );

  app.post(
    '/v1/connections',
    {
      schema: { body: ConnectBody, response: { 200: BegunSchema, 201: BegunSchema } },
      config: { operation: { id: 'connect', summary: 'Begin to sign in to a provider', idempotent: true } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wish = wishOf(request.body);
      const made: Begun[] = [];
      try {
        const { resource } = await onceSlowly(parts, request, async () => {
          const begun = await signInTo(parts).begin(caller, wish);
          made.push(begun);
          return begun.connection.id;
        });
        const [begun] = made;
        if (begun !== undefined) told(begun.connection);
        const answer = begun ?? { connection: connections.get(caller, resource) };
        return reply
          .code(begun === undefined ? 200 : 201)
          .header('location', `/v1/connections/${resource}`)
          .send(begunAnswer(answer, begun === undefined ? [AGAIN] : []));
      } finally {
        wish.clientSecret?.fill(0);
      }
    },
  );

  app.get(
    '/v1/connections/:connection',
    {
      schema: { params: ConnectionParams, querystring: ConnectionQuery, response: { 200: ConnectionSchema } },
      config: { operation: { id: 'getConnection', summary: 'One connection; with wait, once somebody signed in' } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const connection = connections.get(caller, request.params.connection);
      const wait = request.query.wait === undefined ? 0 : waitOf(request.query);
      if (connection.state !== 'pending' || wait === 0 || parts.oauth === null) return connectionAnswer(connection);
      const stream = streams.open(request, reply);
      try {
        return connectionAnswer(await parts.oauth.wait(caller, connection.id, wait, stream.signal));
      } finally {
        stream.close();
      }
    },
  );

  app.post(
    '/v1/connections/:connection/refresh',
    {
      schema: {
        params: ConnectionParams,
        querystring: WaitQuery,
        response: { 200: ConnectionChange, 202: ConnectionChange },
      },
      config: { operation: { id: 'refreshConnection', summary: 'Refresh the token now' } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const { id } = connections.get(caller, request.params.connection);
      const { connection, sessions } = await signInTo(parts).refresh(caller, id);
      told(connection);
      const { status, body } = await settled(http, { sessions }, wait);
      return reply.code(status).send({ connection: connectionAnswer(connection), ...body });
    },
  );

  app.delete(
    '/v1/connections/:connection',
    {
      schema: {
        params: ConnectionParams,
        querystring: WaitQuery,
        response: { 200: ConnectionChange, 202: ConnectionChange },
      },
      config: {
        operation: {
          id: 'disconnect',
          summary: 'Take the token from everybody, delete it, and tell the provider',
          description: 'Gone here at once. While the provider does not answer, the connection stays as disconnecting.',
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const { id, secret } = connections.get(caller, request.params.connection);
      const gone = await revoking(
        parts,
        () => (secret === null ? [] : holdersOf(parts, secret)),
        () => disconnect(parts, caller, id),
      );
      told(gone.connection);
      const { status, body } = await settled(http, { sessions: gone.sessions }, wait, waitingNotices(gone.connection));
      return reply.code(status).send({ connection: connectionAnswer(connections.get(caller, id)), ...body });
    },
  );
}

/** What signs in, or a refusal where nothing does. */
function signInTo({ oauth }: Pick<Parts, 'oauth'>): OauthService {
  if (oauth !== null) return oauth;
  throw new DaemonError('PROVIDER_NOT_FOUND', 'This daemon knows no provider that can be signed in to.');
}

function disconnect(parts: Parts, caller: ReturnType<typeof callerOf>, id: ConnectionId) {
  return parts.oauth === null ? parts.vault.connections.disconnect(caller, id) : parts.oauth.disconnect(caller, id);
}

function waitingNotices({ state, id }: Connection): string[] {
  return state === 'disconnecting'
    ? [`The provider is told next; until it heard, \`ampoule connections\` shows ${id} as disconnecting.`]
    : [];
}

function wishOf({ clientSecret, flow = 'code', ...wish }: ConnectBody): ConnectWish {
  return {
    ...wish,
    flow,
    ...(clientSecret === undefined ? {} : { clientSecret: utf8Of(clientSecret, '/clientSecret') }),
  };
}
