/** Routes of tokens: list, make (shown once), revoke (its open streams end too). */

import type { NewToken } from '../../../store/index.js';
import { DaemonError } from '../../errors.js';
import { callerOf } from '../authentication.js';
import { parseDuration } from '../duration.js';
import type { App } from '../fastify.js';
import { once } from '../idempotency.js';
import { tokenAnswer } from '../represent.js';
import type { Http } from '../respond.js';
import { list, pageOf } from '../schemas/shared.js';
import { NewTokenBody, PageQuery, Token, TokenParams } from '../schemas/vault.js';

export function tokenRoutes(app: App, { parts }: Http): void {
  const { tokens } = parts.vault;

  app.get(
    '/v1/tokens',
    {
      schema: { querystring: PageQuery, response: { 200: list(Token) } },
      config: { operation: { id: 'listTokens', summary: 'Tokens, without their secret part' } },
    },
    async (request) => {
      const page = tokens.list(callerOf(request), pageOf(request.query));
      return { ...page, items: page.items.map((token) => tokenAnswer(token)) };
    },
  );

  app.post(
    '/v1/tokens',
    {
      schema: { body: NewTokenBody, response: { 201: Token } },
      config: { operation: { id: 'createToken', summary: 'Make a token; it is shown once', idempotent: true } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { ttl, ...rest } = request.body;
      const declared: NewToken = {
        ...rest,
        ...(ttl === undefined ? {} : { ttl: parseDuration(ttl, '/ttl', { min: 1 }) }),
      };
      const made: ReturnType<typeof tokens.create>[] = [];
      const { resource } = once(parts, request, () => {
        const token = tokens.create(caller, declared);
        made.push(token);
        return token.token.id;
      });
      const [shown] = made;
      if (shown === undefined) {
        throw new DaemonError(
          'TOKEN_ALREADY_SHOWN',
          `This key made ${resource}, which was shown then and cannot be shown again. ` +
            `Revoke it with \`ampoule token rm ${resource}\` and make another with a new Idempotency-Key.`,
        );
      }
      parts.events.emit({ kind: 'token', id: resource });
      parts.reschedule();
      return reply.code(201).header('location', `/v1/tokens/${resource}`).send(tokenAnswer(shown.token, shown.secret));
    },
  );

  app.delete(
    '/v1/tokens/:token',
    {
      schema: { params: TokenParams, response: { 200: Token } },
      config: { operation: { id: 'revokeToken', summary: 'Revoke a token and end its open streams' } },
    },
    async (request) => {
      const token = tokens.revoke(callerOf(request), request.params.token);
      parts.tokenRevoked(token.id);
      parts.events.emit({ kind: 'token', id: token.id });
      return tokenAnswer(token);
    },
  );
}
