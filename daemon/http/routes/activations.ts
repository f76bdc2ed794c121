/** Routes of a session's secrets: the toggle table, and activation one by one, in groups, or as a whole set. */

import type { ActivateOptions, ActivationWish, Selection } from '../../../store/index.js';
import { revoking } from '../../change.js';
import { invalid } from '../../errors.js';
import type { Caller } from '../../parts.js';
import { callerOf } from '../authentication.js';
import { BODY_LIMITS } from '../body.js';
import { parseDuration } from '../duration.js';
import type { App } from '../fastify.js';
import { wishesOf } from '../launch.js';
import { etagOf, toggleAnswer } from '../represent.js';
import { changeResponses, type Http, settled, waitOf } from '../respond.js';
import {
  ActivateBody,
  GroupActivateBody,
  GroupDeactivateBody,
  SessionParams,
  SessionSecretParams,
  SetBody,
  ToggleTable,
  WaitQuery,
} from '../schemas/sessions.js';

export function activationRoutes(app: App, http: Http): void {
  const { parts } = http;
  const { activations, sessions } = parts.vault;

  const deactivate = (caller: Caller, session: string, what: Selection) => {
    const { id } = sessions.get(caller, session);
    return revoking(
      parts,
      () => parts.sandboxesOf([id]),
      () => activations.deactivate(caller, id, what),
    );
  };

  app.get(
    '/v1/sessions/:session/secrets',
    {
      schema: { params: SessionParams, response: { 200: ToggleTable } },
      config: { operation: { id: 'getToggleTable', summary: 'Every registered secret and whether it is active here' } },
    },
    async (request, reply) => {
      const { session, items } = activations.table(callerOf(request), request.params.session);
      return reply
        .header('etag', etagOf(session))
        .send({ generation: session.generation, items: items.map(toggleAnswer), next: null });
    },
  );

  app.put(
    '/v1/sessions/:session/secrets',
    {
      bodyLimit: BODY_LIMITS.value,
      schema: { params: SessionParams, querystring: WaitQuery, body: SetBody, response: changeResponses },
      config: { operation: { id: 'setActive', summary: 'Set exactly which secrets are active', ifMatch: true } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const wishes = wishesOf(request.body.active, '/active');
      const options = optionsOf(request.body, request.headers['if-match']);
      const { id } = sessions.get(caller, request.params.session);
      const change = await revoking(
        parts,
        () => parts.sandboxesOf([id]),
        () => activations.set(caller, id, wishes, options),
      );
      const { status, body } = await settled(http, change, wait);
      return reply.code(status).header('etag', etagOf(change.session)).send(body);
    },
  );

  app.put(
    '/v1/sessions/:session/secrets/:name',
    {
      schema: { params: SessionSecretParams, querystring: WaitQuery, body: ActivateBody, response: changeResponses },
      config: { operation: { id: 'activateSecret', summary: 'Activate one secret', ifMatch: true } },
    },
    async (request, reply) => {
      const wait = waitOf(request.query);
      const { as, ttl, acrossEnvironments } = request.body;
      const wish: ActivationWish = {
        name: request.params.name,
        ...(as === undefined ? {} : { as }),
        ...(ttl === undefined ? {} : { ttl: parseDuration(ttl, '/ttl', { min: 1 }) }),
      };
      const options = optionsOf(
        acrossEnvironments === undefined ? {} : { acrossEnvironments },
        request.headers['if-match'],
      );
      const change = activations.activate(callerOf(request), request.params.session, [wish], options);
      const { status, body } = await settled(http, change, wait);
      return reply.code(status).header('etag', etagOf(change.session)).send(body);
    },
  );

  app.delete(
    '/v1/sessions/:session/secrets/:name',
    {
      schema: { params: SessionSecretParams, querystring: WaitQuery, response: changeResponses },
      config: { operation: { id: 'deactivateSecret', summary: 'Deactivate one secret' } },
    },
    async (request, reply) => {
      const wait = waitOf(request.query);
      const change = await deactivate(callerOf(request), request.params.session, { names: [request.params.name] });
      const { status, body } = await settled(http, change, wait, noticesOf(change));
      return reply.code(status).header('etag', etagOf(change.session)).send(body);
    },
  );

  app.post(
    '/v1/sessions/:session/activate',
    {
      schema: { params: SessionParams, querystring: WaitQuery, body: GroupActivateBody, response: changeResponses },
      config: {
        operation: { id: 'activateGroup', summary: 'Activate a group of secrets, all or none', ifMatch: true },
      },
    },
    async (request, reply) => {
      const wait = waitOf(request.query);
      const { ttl, acrossEnvironments, ...selection } = request.body;
      const options = optionsOf(
        { ...(ttl === undefined ? {} : { ttl }), ...(acrossEnvironments === undefined ? {} : { acrossEnvironments }) },
        request.headers['if-match'],
      );
      const change = activations.activate(callerOf(request), request.params.session, selection, options);
      const { status, body } = await settled(http, change, wait);
      return reply.code(status).header('etag', etagOf(change.session)).send(body);
    },
  );

  app.post(
    '/v1/sessions/:session/deactivate',
    {
      schema: { params: SessionParams, querystring: WaitQuery, body: GroupDeactivateBody, response: changeResponses },
      config: { operation: { id: 'deactivateGroup', summary: 'Deactivate a group of secrets, all or none' } },
    },
    async (request, reply) => {
      const wait = waitOf(request.query);
      const change = await deactivate(callerOf(request), request.params.session, request.body);
      const { status, body } = await settled(http, change, wait, noticesOf(change));
      return reply.code(status).header('etag', etagOf(change.session)).send(body);
    },
  );
}

/** A deactivation that took nothing away says so, lest a mistyped name pass for a revocation. */
function noticesOf({ session, inactive }: { session: { name: string }; inactive: string[] }): string[] {
  if (inactive.length === 0) return [];
  const was = `${inactive.join(', ')} ${inactive.length === 1 ? 'was' : 'were'} not active in ${session.name}`;
  return [`${was}, so there was nothing to take away. What is active: \`ampoule secrets --session ${session.name}\`.`];
}

function optionsOf(body: { ttl?: string; acrossEnvironments?: boolean }, ifMatch: string | undefined): ActivateOptions {
  const { ttl, acrossEnvironments } = body;
  const generation = generationOf(ifMatch);
  return {
    ...(ttl === undefined ? {} : { ttl: parseDuration(ttl, '/ttl', { min: 1 }) }),
    ...(acrossEnvironments === undefined ? {} : { acrossEnvironments }),
    ...(generation === null ? {} : { ifGeneration: generation }),
  };
}

/** Generation of `If-Match: "g17"`; null for none and for `*`. */
function generationOf(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined || ifMatch === '*') return null;
  const generation = /^"g(\d{1,15})"$/.exec(ifMatch)?.[1];
  if (generation !== undefined) return Number(generation);
  const detail = 'If-Match is no ETag of a session. Send the one of GET /v1/sessions/NAME, such as "g17".';
  throw invalid('If-Match', detail);
}
