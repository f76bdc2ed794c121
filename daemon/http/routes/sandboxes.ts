/** Routes of sandboxes: launch, list, look, remove. */

import { revoking } from '../../change.js';
import { DELETED, DELETED_WITH_WORKSPACE } from '../../end-reason.js';
import { invalid } from '../../errors.js';
import { callerOf } from '../authentication.js';
import { BODY_LIMITS } from '../body.js';
import type { App } from '../fastify.js';
import { once } from '../idempotency.js';
import { keptWorkspace } from '../kept-workspace.js';
import { watchLapses } from '../lapses.js';
import { launched, planLaunch } from '../launch-run.js';
import { exposureAnswer, sandboxAnswer } from '../represent-sandbox.js';
import { changeResponses, type Http, settled, waitOf } from '../respond.js';
import {
  ExposureItem,
  ExposureQuery,
  NewSandboxBody,
  ResetBody,
  Sandbox,
  SandboxesQuery,
  SandboxParams,
} from '../schemas/sandboxes.js';
import { EndQuery, WaitQuery } from '../schemas/sessions.js';
import { list, pageOf } from '../schemas/shared.js';

export function sandboxRoutes(app: App, http: Http): void {
  const { parts } = http;
  const { sandboxes } = parts.vault;

  app.get(
    '/v1/sandboxes',
    {
      schema: { querystring: SandboxesQuery, response: { 200: list(Sandbox) } },
      config: { operation: { id: 'listSandboxes', summary: 'Sandboxes; live ones unless asked otherwise' } },
    },
    async (request) => {
      const { session, state } = request.query;
      const filter = { state: state ?? 'live', ...(session === undefined ? {} : { session }) } as const;
      const page = sandboxes.list(callerOf(request), filter, pageOf(request.query));
      return { ...page, items: page.items.map((sandbox) => sandboxAnswer(parts, sandbox)) };
    },
  );

  app.post(
    '/v1/sandboxes',
    {
      bodyLimit: BODY_LIMITS.launch,
      schema: { querystring: WaitQuery, body: NewSandboxBody, response: { 201: Sandbox, 202: Sandbox } },
      config: {
        operation: {
          id: 'createSandbox',
          summary: 'Launch a sandbox, with its session and secrets if asked, in one transaction',
          description: '201: it runs. 202: it is recorded, and its state says what is pending or has failed.',
          idempotent: true,
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const launch = await planLaunch(parts, caller, request.body);
      const { resource } = once(parts, request, launch.make);
      const sandbox = sandboxes.get(caller, resource);
      const outcome = await launched(parts, caller, sandbox.id, wait, http.streams.stopping);
      return reply
        .code(outcome.state === 'applied' ? 201 : 202)
        .header('location', `/v1/sandboxes/${sandbox.id}`)
        .send(sandboxAnswer(parts, sandboxes.get(caller, sandbox.id), [...launch.notices, ...outcome.notices]));
    },
  );

  app.get(
    '/v1/sandboxes/:sandbox',
    {
      schema: { params: SandboxParams, response: { 200: Sandbox } },
      config: { operation: { id: 'getSandbox', summary: 'One sandbox' } },
    },
    async (request) => sandboxAnswer(parts, sandboxes.get(callerOf(request), request.params.sandbox)),
  );

  app.delete(
    '/v1/sandboxes/:sandbox',
    {
      schema: { params: SandboxParams, querystring: EndQuery, response: changeResponses },
      config: { operation: { id: 'endSandbox', summary: 'Remove a sandbox' } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const reason = request.query.workspace === 'delete' ? DELETED_WITH_WORKSPACE : DELETED;
      const { id, session, endsSession } = sandboxes.get(caller, request.params.sandbox);
      const lapsed = watchLapses(parts, session);
      const ended = await revoking(
        parts,
        () => (endsSession ? parts.sandboxesOf([session]) : [id]),
        () => sandboxes.end(caller, id, reason),
      );
      const change = { session: ended.session, sessions: ended.sessions, ended: ended.sandboxes };
      const deleted = reason === DELETED_WITH_WORKSPACE;
      const kept = endsSession ? keptWorkspace(parts.vault, caller, { session, ended: ended.sandboxes, deleted }) : [];
      const { status, body } = await settled(http, change, wait, [...lapsed(), ...kept]);
      return reply.code(status).send(body);
    },
  );

  app.post(
    '/v1/sandboxes/:sandbox/reset',
    {
      schema: { params: SandboxParams, querystring: WaitQuery, body: ResetBody, response: changeResponses },
      config: {
        operation: {
          id: 'resetSandbox',
          summary: 'Make its container anew: everything but the workspace is as at its first start',
          description:
            "As the end of the session's last sandbox it ends what is active, unless the session restores. `confirm` is the sandbox's name.",
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const { id, name, session } = sandboxes.get(caller, request.params.sandbox);
      if (request.body.confirm !== name)
        throw invalid('/confirm', `Everything outside the workspace would be lost. Give the sandbox's name, ${name}.`);
      const lapsed = watchLapses(parts, session);
      const reset = await revoking(
        parts,
        () => [id],
        () => sandboxes.reset(caller, id),
      );
      parts.events.emit({ kind: 'sandbox', id });
      const change = { session: reset.session, sessions: reset.sessions, remade: id };
      const { status, body } = await settled(http, change, wait, lapsed());
      return reply.code(status).send(body);
    },
  );

  app.get(
    '/v1/sandboxes/:sandbox/exposure',
    {
      schema: { params: SandboxParams, querystring: ExposureQuery, response: { 200: list(ExposureItem) } },
      config: {
        operation: {
          id: 'getExposure',
          summary: 'Which process holds or held which version of what; what is held first',
          description: 'Without a holder the container as a whole is meant. Of an ended sandbox: by its id.',
        },
      },
    },
    async (request) => {
      parts.writeHolders();
      const page = sandboxes.exposure(callerOf(request), request.params.sandbox, pageOf(request.query));
      return { ...page, items: page.items.map(exposureAnswer) };
    },
  );
}
