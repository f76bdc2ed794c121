/** Routes of sandboxes: launch, list, look, remove. */

import type { RequestedDelivery } from '../../../store/index.js';
import { revoking, settle } from '../../change.js';
import { DELETED, DELETED_WITH_WORKSPACE } from '../../end-reason.js';
import type { Caller } from '../../parts.js';
import { callerOf } from '../authentication.js';
import { BODY_LIMITS } from '../body.js';
import type { App } from '../fastify.js';
import { once } from '../idempotency.js';
import { declareSandbox } from '../launch.js';
import { sandboxAnswer } from '../represent-sandbox.js';
import { changeResponses, type Http, settled, waitOf } from '../respond.js';
import { NewSandboxBody, Sandbox, SandboxesQuery, SandboxParams } from '../schemas/sandboxes.js';
import { EndQuery, WaitQuery } from '../schemas/sessions.js';
import { list, pageOf } from '../schemas/shared.js';

export function sandboxRoutes(app: App, http: Http): void {
  const { parts } = http;
  const { sandboxes, sessions } = parts.vault;

  const sessionDelivery = (caller: Caller, { session }: NewSandboxBody): RequestedDelivery =>
    (typeof session === 'string' ? sessions.get(caller, session).delivery : session.delivery) ?? 'auto';

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
      const { config } = parts;
      const { resource } = once(parts, request, () => {
        const context = { config, caller, sessionDelivery: sessionDelivery(caller, request.body) };
        return sandboxes.create(caller, declareSandbox(request.body, context)).sandbox.id;
      });
      const sandbox = sandboxes.get(caller, resource);
      parts.events.emit({ kind: 'sandbox', id: sandbox.id });
      parts.events.emit({ kind: 'session', id: sandbox.session });
      parts.reschedule();
      // Its secrets reach the session's other sandboxes too; the answer is about this one, so it waits for no other.
      for (const id of parts.sandboxesOf([sandbox.session])) parts.reconciler.wake(id);
      const { generation } = sessions.get(caller, sandbox.session);
      const target = { epoch: parts.vault.status().epoch, generation };
      const outcome = await settle(parts, sandbox.id, target, wait, http.streams.stopping);
      return reply
        .code(outcome.state === 'applied' ? 201 : 202)
        .header('location', `/v1/sandboxes/${sandbox.id}`)
        .send(sandboxAnswer(parts, sandboxes.get(caller, sandbox.id), outcome.notices));
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
      const ended = await revoking(
        parts,
        () => (endsSession ? parts.sandboxesOf([session]) : [id]),
        () => sandboxes.end(caller, id, reason),
      );
      const change = { session: ended.session, sessions: ended.sessions, ended: ended.sandboxes };
      const { status, body } = await settled(http, change, wait);
      return reply.code(status).send(body);
    },
  );
}
