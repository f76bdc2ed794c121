/** Routes of a secret's value and its versions: create or rotate, list, destroy. */

import { Type } from 'typebox';
import type { NewValue } from '../../../store/index.js';
import { holdersOf, revoking } from '../../change.js';
import { callerOf } from '../authentication.js';
import { BODY_LIMITS, readBytes } from '../body.js';
import type { App } from '../fastify.js';
import { versionAnswer } from '../represent.js';
import { changeResponses, type Http, settled, waitOf } from '../respond.js';
import {
  RollbackBody,
  RotateQuery,
  SecretParams,
  SecretVersion,
  ValueBody,
  VersionParams,
} from '../schemas/secrets.js';
import { WaitQuery } from '../schemas/sessions.js';
import { Change, list } from '../schemas/shared.js';
import { watchShape } from '../shape-notices.js';
import { checkBody } from '../validation.js';
import { heldNotices, shortNotices } from '../value-notices.js';
import { newValueOf, wipe } from '../values.js';

const ValueAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  version: Type.Integer(),
  ...Change.properties,
});

/** To be registered on a part of the app of its own: only here bytes are taken as they are. */
export function valueRoutes(app: App, http: Http): void {
  const { parts } = http;
  const { secrets } = parts.vault;
  readBytes(app);

  app.put(
    '/v1/secrets/:name/value',
    {
      bodyLimit: BODY_LIMITS.value,
      schema: {
        params: SecretParams,
        querystring: RotateQuery,
        response: { 200: ValueAnswer, 201: ValueAnswer, 202: ValueAnswer },
      },
      config: {
        operation: {
          id: 'setValue',
          summary: 'Create a secret (201) or rotate it (200)',
          body: ValueBody,
          bytes: true,
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { name } = request.params;
      const wait = waitOf(request.query);
      const revoke = request.query.revoke ?? false;
      const value: NewValue = Buffer.isBuffer(request.body)
        ? { plain: request.body }
        : newValueOf(checkBody(ValueBody, request.body));
      const shape = watchShape(parts.providers);
      const set = () => secrets.setValue(caller, name, value, { revoke, look: shape.look });
      try {
        const made = revoke ? await revoking(parts, () => holdersOf(parts, idOf(name)), set) : set();
        parts.events.emit({ kind: 'secret', id: made.secret.id });
        const { status, body } = await settled(http, { sessions: made.sessions }, wait);
        const { id } = made.secret;
        const kept = revoke ? [] : heldNotices(parts, id, holdersOf(parts, id));
        const notices = [...shape.notices(), ...shortNotices(parts, id), ...kept, ...body.notices];
        const code = status === 202 ? 202 : made.created ? 201 : 200;
        return reply.code(code).send({ id, name: made.secret.name, version: made.version, ...body, notices });
      } finally {
        wipe(value);
      }
    },
  );

  const idOf = (name: string): string | null => {
    try {
      return secrets.get({ kind: 'daemon' }, name).id;
    } catch {
      return null;
    }
  };

  app.get(
    '/v1/secrets/:name/versions',
    {
      schema: { params: SecretParams, response: { 200: list(SecretVersion) } },
      config: { operation: { id: 'listVersions', summary: 'Versions of a secret' } },
    },
    async (request) => ({
      items: secrets.versions(callerOf(request), request.params.name).map(versionAnswer),
      next: null,
    }),
  );

  app.post(
    '/v1/secrets/:name/rollback',
    {
      schema: {
        params: SecretParams,
        querystring: RotateQuery,
        body: RollbackBody,
        response: { 200: ValueAnswer, 202: ValueAnswer },
      },
      config: { operation: { id: 'rollbackSecret', summary: 'An older value as a new version' } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const revoke = request.query.revoke ?? false;
      const { id, name } = secrets.get(caller, request.params.name);
      const back = () => secrets.rollback(caller, id, request.body.version, { revoke });
      const made = revoke ? await revoking(parts, () => holdersOf(parts, id), back) : back();
      parts.events.emit({ kind: 'secret', id });
      const same = made.same ? [`Version ${request.body.version} of ${name} is its current value already.`] : [];
      const { status, body } = await settled(http, { sessions: made.sessions }, wait, same);
      const kept = revoke ? [] : heldNotices(parts, id, holdersOf(parts, id));
      const notices = [...body.notices, ...kept];
      return reply.code(status).send({ id, name, version: made.version, ...body, notices });
    },
  );

  app.delete(
    '/v1/secrets/:name/versions/:version',
    {
      schema: { params: VersionParams, querystring: WaitQuery, response: changeResponses },
      config: { operation: { id: 'destroyVersion', summary: 'Destroy the value of a version' } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const { id } = secrets.get(caller, request.params.name);
      const { sessions } = await revoking(
        parts,
        () => holdersOf(parts, id),
        () => secrets.destroyVersion(caller, id, request.params.version),
      );
      parts.events.emit({ kind: 'secret', id });
      const { status, body } = await settled(http, { sessions }, wait);
      return reply.code(status).send(body);
    },
  );
}
