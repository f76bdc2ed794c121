/** Routes of secrets: register, list, describe, delete, reveal. Values come in here and go out in `reveal` alone. */

import type { NewSecret, SecretFilter, SecretPatch } from '../../../store/index.js';
import { holdersOf, revoking } from '../../change.js';
import { callerOf } from '../authentication.js';
import { BODY_LIMITS } from '../body.js';
import { parseDuration, parseTime } from '../duration.js';
import type { App } from '../fastify.js';
import { once } from '../idempotency.js';
import { secretAnswer } from '../represent.js';
import { changeResponses, type Http, settled, waitOf } from '../respond.js';
import {
  DeleteQuery,
  NewSecretBody,
  RegisteredSecret,
  RevealBody,
  Revealed,
  Secret,
  SecretParams,
  SecretPatchBody,
  SecretsQuery,
  ShownSecret,
} from '../schemas/secrets.js';
import { list, pageOf } from '../schemas/shared.js';
import { watchShape } from '../shape-notices.js';
import { textOrBytes } from '../text.js';
import { shortNotices } from '../value-notices.js';
import { newValueOf, wipe } from '../values.js';

export function secretRoutes(app: App, http: Http): void {
  const { parts } = http;
  const { secrets } = parts.vault;

  app.get(
    '/v1/secrets',
    {
      schema: { querystring: SecretsQuery, response: { 200: list(Secret) } },
      config: { operation: { id: 'listSecrets', summary: 'Registered secrets, without values' } },
    },
    async (request) => {
      const { limit: _limit, cursor: _cursor, ...filter } = request.query;
      const page = secrets.list(callerOf(request), filter satisfies SecretFilter, pageOf(request.query));
      return { ...page, items: page.items.map((secret) => secretAnswer(secret)) };
    },
  );

  app.post(
    '/v1/secrets',
    {
      bodyLimit: BODY_LIMITS.value,
      schema: { body: NewSecretBody, response: { 201: RegisteredSecret } },
      config: { operation: { id: 'createSecret', summary: 'Register a secret', idempotent: true } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { value, base64, sealedValue, ...described } = request.body;
      const secret = newSecret(described);
      const shape = watchShape(parts.providers);
      const { resource } = once(parts, request, () => {
        const form = newValueOf({
          ...(value === undefined ? {} : { value }),
          ...(base64 === undefined ? {} : { base64 }),
          ...(sealedValue === undefined ? {} : { sealedValue }),
        });
        try {
          return secrets.create(caller, secret, form, { look: shape.look }).id;
        } finally {
          wipe(form);
        }
      });
      parts.events.emit({ kind: 'secret', id: resource });
      parts.reschedule();
      return reply
        .code(201)
        .header('location', `/v1/secrets/${resource}`)
        .send({
          ...secretAnswer(secrets.get(caller, resource)),
          notices: [...shape.notices(), ...shortNotices(parts, resource)],
        });
    },
  );

  app.get(
    '/v1/secrets/:name',
    {
      schema: { params: SecretParams, response: { 200: ShownSecret } },
      config: { operation: { id: 'getSecret', summary: 'One secret, without its value' } },
    },
    async (request) => {
      const secret = secrets.get(callerOf(request), request.params.name);
      const provider = secret.provider === null ? undefined : parts.providers.get(secret.provider);
      return { ...secretAnswer(secret), rotation: provider?.rotate ?? null };
    },
  );

  app.patch(
    '/v1/secrets/:name',
    {
      schema: { params: SecretParams, body: SecretPatchBody, response: { 200: Secret } },
      config: { operation: { id: 'updateSecret', summary: 'Describe a secret anew' } },
    },
    async (request) => {
      const secret = secrets.update(callerOf(request), request.params.name, patchOf(request.body));
      parts.events.emit({ kind: 'secret', id: secret.id });
      await settled(http, { sessions: secret.sessions }, 0);
      return secretAnswer(secret);
    },
  );

  app.delete(
    '/v1/secrets/:name',
    {
      schema: { params: SecretParams, querystring: DeleteQuery, response: changeResponses },
      config: { operation: { id: 'deleteSecret', summary: 'Delete a secret and its values' } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const { id } = secrets.get(caller, request.params.name);
      const { sessions } = await revoking(
        parts,
        () => holdersOf(parts, id),
        () => secrets.delete(caller, id, { force: request.query.force ?? false }),
      );
      parts.events.emit({ kind: 'secret', id });
      const { status, body } = await settled(http, { sessions }, wait);
      return reply.code(status).send(body);
    },
  );

  app.post(
    '/v1/secrets/:name/reveal',
    {
      schema: { params: SecretParams, body: RevealBody, response: { 200: Revealed } },
      config: { operation: { id: 'revealSecret', summary: 'Show the current value (audited)' } },
    },
    async (request) => {
      const { name, version, value } = secrets.reveal(callerOf(request), request.params.name, request.body.reason);
      try {
        const shown = textOrBytes(value);
        return { name, version, ...(typeof shown === 'string' ? { value: shown } : shown) };
      } finally {
        value.fill(0);
      }
    },
  );
}

function newSecret(described: Omit<NewSecretBody, 'value' | 'base64' | 'sealedValue'>): NewSecret {
  const { expiresAt, rotateEvery, ...rest } = described;
  return {
    ...rest,
    ...(expiresAt === undefined ? {} : { expiresAt: parseTime(expiresAt, '/expiresAt') }),
    ...(rotateEvery === undefined ? {} : { rotateEvery: parseDuration(rotateEvery, '/rotateEvery', { min: 1000 }) }),
  };
}

function patchOf({ expiresAt, rotateEvery, ...rest }: SecretPatchBody): SecretPatch {
  return {
    ...rest,
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : parseTime(expiresAt, '/expiresAt') }),
    ...(rotateEvery === undefined
      ? {}
      : { rotateEvery: rotateEvery === null ? null : parseDuration(rotateEvery, '/rotateEvery', { min: 1000 }) }),
  };
}
