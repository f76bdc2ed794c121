/** Where a browser leaves for a provider and comes back: no token is needed, and each address works once. Shows no token. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { StoreError } from '../../../store/index.js';
import { DaemonError, ERRORS } from '../../errors.js';
import type { App } from '../fastify.js';
import { connectedPage, PAGE_HEADERS, refusedPage } from '../oauth-page.js';
import { asOurs } from '../problem.js';
import type { Http } from '../respond.js';
import { TicketParams } from '../schemas/connections.js';

const html = { 'text/html': 'a page for a person' };

export function oauthRoutes(app: App, { parts }: Http): void {
  const oauth = () => {
    if (parts.oauth !== null) return parts.oauth;
    throw new DaemonError('PROVIDER_NOT_FOUND', 'This daemon knows no provider that can be signed in to.');
  };

  /** A page in any case: whoever sees it is a person. */
  const shown = async (request: FastifyRequest, reply: FastifyReply, work: () => Promise<FastifyReply>) => {
    try {
      return await work();
    } catch (error) {
      const { code, message } = asOurs(error);
      const known = error instanceof DaemonError || error instanceof StoreError;
      if (!known) parts.log.error('request failed', { requestId: request.id, code });
      request.problem = code;
      return reply
        .code(ERRORS[code].status)
        .headers(PAGE_HEADERS)
        .send(refusedPage(code, ERRORS[code].title, message));
    }
  };

  app.get(
    '/oauth/start/:ticket',
    {
      schema: { params: TicketParams },
      config: {
        operation: {
          id: 'startSignIn',
          summary: 'Leads a browser to the provider, once',
          streams: html,
        },
      },
    },
    (request, reply) =>
      shown(request, reply, async () => {
        const { location, cookie } = oauth().start(request.params.ticket);
        return reply.headers({ 'set-cookie': cookie, 'referrer-policy': 'no-referrer' }).redirect(location, 302);
      }),
  );

  app.get(
    '/oauth/callback',
    {
      // What a provider adds is its own affair; what counts is checked where it is used.
      schema: { querystring: Type.Object({}, { additionalProperties: true }) },
      config: {
        operation: { id: 'finishSignIn', summary: 'Where the provider sends the browser back to, once', streams: html },
      },
    },
    (request, reply) =>
      shown(request, reply, async () => {
        const url = new URL(request.raw.url ?? '', parts.config.publicUrl);
        const { connection, providerName, cookie } = await oauth().callback(url, request.headers.cookie);
        return reply
          .headers({ ...PAGE_HEADERS, 'set-cookie': cookie })
          .send(connectedPage(providerName, connection.secretName ?? connection.id));
      }),
  );
}
