/** Routes of sessions: make, get or make, list, change settings, end. */

import type { SessionPatch } from '../../../store/index.js';
import { revoking } from '../../change.js';
import { DELETED, DELETED_WITH_WORKSPACE } from '../../end-reason.js';
import { callerOf } from '../authentication.js';
import type { App } from '../fastify.js';
import { once } from '../idempotency.js';
import { keptWorkspace } from '../kept-workspace.js';
import { declareSession } from '../launch.js';
import { etagOf, sessionAnswer } from '../represent.js';
import { changeResponses, type Http, settled, waitOf } from '../respond.js';
import {
  EndQuery,
  EnsureSessionBody,
  NewSessionBody,
  Session,
  SessionParams,
  SessionPatchBody,
  SessionsQuery,
} from '../schemas/sessions.js';
import { list, pageOf } from '../schemas/shared.js';

export function sessionRoutes(app: App, http: Http): void {
  const { parts } = http;
  const { sessions } = parts.vault;
  const changed = (id: string): void => {
    parts.events.emit({ kind: 'session', id });
    parts.reschedule();
  };

  app.get(
    '/v1/sessions',
    {
      schema: { querystring: SessionsQuery, response: { 200: list(Session) } },
      config: { operation: { id: 'listSessions', summary: 'Sessions; live ones unless asked otherwise' } },
    },
    async (request) => {
      const filter = { state: request.query.state ?? 'live' } as const;
      const page = sessions.list(callerOf(request), filter, pageOf(request.query));
      return { ...page, items: page.items.map(sessionAnswer) };
    },
  );

  app.post(
    '/v1/sessions',
    {
      schema: { body: NewSessionBody, response: { 201: Session } },
      config: { operation: { id: 'createSession', summary: 'Begin a session', idempotent: true } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const declared = declareSession(request.body);
      const { resource } = once(parts, request, () => sessions.create(caller, declared).id);
      changed(resource);
      const session = sessions.get(caller, resource);
      return reply
        .code(201)
        .header('location', `/v1/sessions/${session.id}`)
        .header('etag', etagOf(session))
        .send(sessionAnswer(session));
    },
  );

  app.get(
    '/v1/sessions/:session',
    {
      schema: { params: SessionParams, response: { 200: Session } },
      config: { operation: { id: 'getSession', summary: 'One session' } },
    },
    async (request, reply) => {
      const session = sessions.get(callerOf(request), request.params.session);
      return reply.header('etag', etagOf(session)).send(sessionAnswer(session));
    },
  );

  app.put(
    '/v1/sessions/:session',
    {
      schema: { params: SessionParams, body: EnsureSessionBody, response: { 200: Session, 201: Session } },
      config: { operation: { id: 'ensureSession', summary: 'Get the session of this name, or begin it' } },
    },
    async (request, reply) => {
      const declared = declareSession(request.body);
      const { session, created } = sessions.ensure(callerOf(request), request.params.session, declared);
      if (created) changed(session.id);
      return reply
        .code(created ? 201 : 200)
        .header('etag', etagOf(session))
        .send(sessionAnswer(session));
    },
  );

  app.patch(
    '/v1/sessions/:session',
    {
      schema: { params: SessionParams, body: SessionPatchBody, response: { 200: Session } },
      config: { operation: { id: 'updateSession', summary: 'Change settings of a session' } },
    },
    async (request, reply) => {
      const patch: SessionPatch = declareSession(request.body);
      const session = sessions.update(callerOf(request), request.params.session, patch);
      changed(session.id);
      return reply.header('etag', etagOf(session)).send(sessionAnswer(session));
    },
  );

  app.delete(
    '/v1/sessions/:session',
    {
      schema: { params: SessionParams, querystring: EndQuery, response: changeResponses },
      config: {
        operation: {
          id: 'endSession',
          summary: 'End a session: everything is deactivated and its sandboxes removed',
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const reason = request.query.workspace === 'delete' ? DELETED_WITH_WORKSPACE : DELETED;
      const { id } = sessions.get(caller, request.params.session);
      const ended = await revoking(
        parts,
        () => parts.sandboxesOf([id]),
        () => sessions.end(caller, id, reason),
      );
      const { status, body } = await settled(
        http,
        { session: ended.session, sessions: ended.sessions, ended: ended.sandboxes },
        wait,
      );
      // A workspace is removed together with a sandbox; where the last one is gone already, nobody is left to do it.
      const deleted = reason === DELETED_WITH_WORKSPACE;
      const kept = keptWorkspace(parts.vault, caller, { session: id, ended: ended.sandboxes, deleted });
      return reply.code(status).send({ ...body, notices: [...body.notices, ...kept] });
    },
  );
}
