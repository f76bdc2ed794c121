/**
 * What a metadata request costs without any of ours: Fastify with one route of the same query and schema, no authentication.
 *
 *   bare-server.ts SOCKET DATABASE
 */

import Fastify from 'fastify';
import { secretAnswer } from '../../daemon/http/represent.js';
import { Secret, SecretParams, SecretsQuery } from '../../daemon/http/schemas/secrets.js';
import { list } from '../../daemon/http/schemas/shared.js';
import type { Context } from '../../store/context.js';
import { openDatabase } from '../../store/database.js';
import { listSecrets } from '../../store/secrets-list.js';
import { findSecret, publicSecret } from '../../store/secrets-rows.js';

const [socket = '', file = ''] = process.argv.slice(2);
// What the two queries need of a context, and no more.
const context = { db: openDatabase(file), clock: { now: Date.now } } as unknown as Context;
const app = Fastify();

app.get<{ Params: { name: string } }>(
  '/v1/secrets/:name',
  { schema: { params: SecretParams, response: { 200: Secret } } },
  async (request) => secretAnswer(publicSecret(findSecret(context, request.params.name))),
);
app.get<{ Querystring: { limit?: number } }>(
  '/v1/secrets',
  { schema: { querystring: SecretsQuery, response: { 200: list(Secret) } } },
  async (request) => {
    const { limit = 50 } = request.query;
    const found = listSecrets(context, {}, null, limit + 1);
    const items = found.slice(0, limit).map(secretAnswer);
    return { items, next: found.length > limit ? (items.at(-1)?.name ?? null) : null };
  },
);

await app.listen({ path: socket });
console.log('ready');
