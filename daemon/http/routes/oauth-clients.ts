/** Routes of the applications that connections are made through: how to register one, and which one is remembered. */

import { DaemonError } from '../../errors.js';
import { callerOf } from '../authentication.js';
import type { App } from '../fastify.js';
import { clientAnswer, factsAnswer } from '../represent-connection.js';
import type { Http } from '../respond.js';
import { Client, ClientBody, ClientFacts, ClientParams, ClientQuery } from '../schemas/connections.js';
import { list } from '../schemas/shared.js';
import { utf8Of } from '../values.js';

export function oauthClientRoutes(app: App, { parts }: Http): void {
  const { connections } = parts.vault;

  const factsOf = (provider: string) => {
    const all = parts.oauth?.providers() ?? [];
    const facts = all.find(({ id }) => id === provider);
    if (facts !== undefined) return facts;
    const known = all.map(({ id }) => id).join(', ');
    const there = known === '' ? 'There is none in this daemon' : `There are: ${known}`;
    throw new DaemonError('PROVIDER_NOT_FOUND', `Nobody can sign in to ${JSON.stringify(provider)}. ${there}.`);
  };

  app.get(
    '/v1/oauth/clients',
    {
      schema: { response: { 200: list(Client) } },
      config: { operation: { id: 'listClients', summary: 'Applications that are remembered' } },
    },
    async (request) => ({ items: connections.clients(callerOf(request)).map(clientAnswer), next: null }),
  );

  app.get(
    '/v1/oauth/clients/:provider',
    {
      schema: { params: ClientParams, querystring: ClientQuery, response: { 200: ClientFacts } },
      config: {
        operation: { id: 'getClient', summary: 'How to register an application, and the one that is remembered' },
      },
    },
    async (request) => {
      const { provider } = request.params;
      const client = connections.client(callerOf(request), provider, request.query.base ?? null);
      return factsAnswer(factsOf(provider), client);
    },
  );

  app.put(
    '/v1/oauth/clients/:provider',
    {
      schema: { params: ClientParams, querystring: ClientQuery, body: ClientBody, response: { 200: Client } },
      config: { operation: { id: 'setClient', summary: 'Remember an application in place of the one before' } },
    },
    async (request) => {
      const { clientId, clientSecret } = request.body;
      const { id } = factsOf(request.params.provider);
      const secret = clientSecret === undefined ? null : utf8Of(clientSecret, '/clientSecret');
      try {
        const client = { provider: id, base: request.query.base ?? null, clientId, secret };
        return clientAnswer(connections.setClient(callerOf(request), client));
      } finally {
        secret?.fill(0);
      }
    },
  );

  app.delete(
    '/v1/oauth/clients/:provider',
    {
      schema: { params: ClientParams, querystring: ClientQuery, response: { 200: list(Client) } },
      config: { operation: { id: 'removeClient', summary: 'Forget an application; answers with those that are left' } },
    },
    async (request) => {
      const caller = callerOf(request);
      connections.removeClient(caller, request.params.provider, request.query.base ?? null);
      return { items: connections.clients(caller).map(clientAnswer), next: null };
    },
  );
}
