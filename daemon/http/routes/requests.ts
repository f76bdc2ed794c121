/** Routes of requests: ask for a change of what is active, look, wait, approve, deny, withdraw. */

import type { ActivationRequest, Ask } from '../../../store/index.js';
import { revoking } from '../../change.js';
import { invalid } from '../../errors.js';
import { callerOf } from '../authentication.js';
import { parseDuration } from '../duration.js';
import type { App } from '../fastify.js';
import { once } from '../idempotency.js';
import { maskedWords } from '../masked-words.js';
import { requestAnswer } from '../represent-request.js';
import { decided } from '../request-decided.js';
import { type Http, settled, waitOf } from '../respond.js';
import {
  ApproveBody,
  Approved,
  AskBody,
  Asked,
  DenyBody,
  RequestParams,
  RequestQuery,
  Request as RequestSchema,
  RequestsQuery,
} from '../schemas/requests.js';
import { SessionParams, WaitQuery } from '../schemas/sessions.js';
import { list, pageOf } from '../schemas/shared.js';

export function requestRoutes(app: App, http: Http): void {
  const { parts, streams } = http;
  const { requests } = parts.vault;
  const told = (request: ActivationRequest): ActivationRequest => {
    parts.events.emit({ kind: 'request', id: request.id });
    return request;
  };
  const count = (outcome: string): void => parts.metrics.count('ampoule_requests_decided_total', { outcome });

  app.post(
    '/v1/sessions/:session/requests',
    {
      schema: { params: SessionParams, body: AskBody, response: { 200: Asked, 201: Asked } },
      config: {
        operation: { id: 'askForSecrets', summary: 'Ask a person for a change of what is active', idempotent: true },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const reason = maskedWords(parts, caller, request.params.session, request.body.reason);
      const ask = askOf({ ...request.body, reason });
      let fresh = false;
      const { resource } = once(parts, request, () => {
        const asked = requests.ask(caller, request.params.session, ask);
        fresh = asked.created;
        return asked.request.id;
      });
      const asked = requests.get(caller, resource);
      if (fresh) told(asked);
      const notices = [`A person decides: \`ampoule approve ${asked.id}\` or \`ampoule deny ${asked.id}\`.`];
      return reply
        .code(fresh ? 201 : 200)
        .header('location', `/v1/requests/${asked.id}`)
        .send({ ...requestAnswer(asked), notices });
    },
  );

  app.get(
    '/v1/requests',
    {
      schema: { querystring: RequestsQuery, response: { 200: list(RequestSchema) } },
      config: { operation: { id: 'listRequests', summary: 'Requests, newest first' } },
    },
    async (request) => {
      const { state, session } = request.query;
      const filter = { ...(state === undefined ? {} : { state }), ...(session === undefined ? {} : { session }) };
      const page = requests.list(callerOf(request), filter, pageOf(request.query));
      return { ...page, items: page.items.map(requestAnswer) };
    },
  );

  app.get(
    '/v1/requests/:request',
    {
      schema: { params: RequestParams, querystring: RequestQuery, response: { 200: RequestSchema } },
      config: { operation: { id: 'getRequest', summary: 'One request; with wait, once it is decided' } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const look = () => requests.get(caller, request.params.request);
      const wait = request.query.wait === undefined ? 0 : waitOf(request.query);
      if (look().state !== 'pending' || wait === 0) return requestAnswer(look());
      const stream = streams.open(request, reply);
      try {
        return requestAnswer(await decided(parts, look, wait, stream.signal));
      } finally {
        stream.close();
      }
    },
  );

  app.post(
    '/v1/requests/:request/approve',
    {
      schema: {
        params: RequestParams,
        querystring: WaitQuery,
        body: ApproveBody,
        response: { 200: Approved, 202: Approved },
      },
      config: { operation: { id: 'approveRequest', summary: 'Grant what is asked for, or a part of it' } },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const { names, ttl } = request.body;
      const options = {
        ...(names === undefined ? {} : { names }),
        ...(ttl === undefined ? {} : { ttl: parseDuration(ttl, '/ttl', { min: 1 }) }),
      };
      const asked = requests.get(caller, request.params.request);
      const change = await revoking(
        parts,
        () => (asked.action === 'deactivate' ? parts.sandboxesOf([asked.session]) : []),
        () => requests.approve(caller, asked.id, options),
      );
      if (change.sessions.length > 0) {
        told(change.request);
        count('approved');
      }
      const { status, body } = await settled(http, change, wait);
      return reply.code(status).send({ request: requestAnswer(change.request), ...body });
    },
  );

  app.post(
    '/v1/requests/:request/deny',
    {
      schema: { params: RequestParams, body: DenyBody, response: { 200: RequestSchema } },
      config: { operation: { id: 'denyRequest', summary: 'Refuse what is asked for' } },
    },
    async (request) => {
      const caller = callerOf(request);
      const { state, session } = requests.get(caller, request.params.request);
      const said = request.body.reason;
      // The reason is kept only by what closes it.
      const reason = said === undefined || state !== 'pending' ? said : maskedWords(parts, caller, session, said);
      const denied = requests.deny(caller, request.params.request, reason);
      // What was denied already is no news.
      if (state !== denied.state) count(told(denied).state);
      return requestAnswer(denied);
    },
  );

  app.delete(
    '/v1/requests/:request',
    {
      schema: { params: RequestParams, response: { 200: RequestSchema } },
      config: { operation: { id: 'withdrawRequest', summary: 'Take a request back' } },
    },
    async (request) => {
      const caller = callerOf(request);
      const { state } = requests.get(caller, request.params.request);
      const withdrawn = requests.withdraw(caller, request.params.request);
      if (state !== withdrawn.state) count(told(withdrawn).state);
      return requestAnswer(withdrawn);
    },
  );
}

function askOf({ action = 'activate', as, reason, ttl, acrossEnvironments, ...selection }: AskBody): Ask {
  const { names } = selection;
  const [name] = names ?? [];
  const alone = Object.keys(selection).length === 1 && names?.length === 1;
  if (as !== undefined && (name === undefined || !alone))
    throw invalid('/as', 'One secret alone can be asked for under another variable. Give one name, or leave out "as".');
  return {
    ...{ action, reason },
    what: as === undefined || name === undefined ? selection : [{ name, as }],
    ...(ttl === undefined ? {} : { ttl: parseDuration(ttl, '/ttl', { min: 1 }) }),
    ...(acrossEnvironments === undefined ? {} : { acrossEnvironments }),
  };
}
