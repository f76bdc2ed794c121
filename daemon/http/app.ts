/** The HTTP face: puts hooks and routes together. Listens nowhere, calls neither Docker nor SQLite itself. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import type { Parts } from '../parts.js';
import { accessOf } from './access.js';
import { authenticate } from './authentication.js';
import { BODY_LIMITS, mediaTypeRefusal, readBodies } from './body.js';
import { createExecs } from './execs.js';
import type { App } from './fastify.js';
import { guard } from './guard.js';
import { rateLimits } from './limits.js';
import { refuseUnknown } from './not-found.js';
import { type DescribedRoute, openapiOf } from './openapi.js';
import { sendProblem } from './problem.js';
import { requestIds } from './request-id.js';
import type { Http } from './respond.js';
import { activationRoutes } from './routes/activations.js';
import { askRoutes } from './routes/ask.js';
import { auditRoutes } from './routes/audit.js';
import { backupRoutes } from './routes/backup.js';
import { connectionRoutes } from './routes/connections.js';
import { diagnosisRoutes } from './routes/diagnosis.js';
import { environmentRoutes } from './routes/environment.js';
import { eventRoutes } from './routes/events.js';
import { execRoutes } from './routes/exec.js';
import { runningExecRoutes } from './routes/execs.js';
import { healthRoutes } from './routes/health.js';
import { leakRoutes } from './routes/leak.js';
import { logRoutes } from './routes/logs.js';
import { oauthRoutes } from './routes/oauth.js';
import { oauthClientRoutes } from './routes/oauth-clients.js';
import { providerRoutes } from './routes/providers.js';
import { requestRoutes } from './routes/requests.js';
import { sandboxRoutes } from './routes/sandboxes.js';
import { scanRoutes } from './routes/scan.js';
import { secretRoutes } from './routes/secrets.js';
import { sessionRoutes } from './routes/sessions.js';
import { terminalRoutes } from './routes/terminal.js';
import { tokenRoutes } from './routes/tokens.js';
import { usageRoutes } from './routes/usage.js';
import { valueRoutes } from './routes/values.js';
import { vaultRoutes } from './routes/vault.js';
import { strict } from './schemas/shared.js';
import { acceptSockets } from './sockets.js';
import { createStreams } from './streams.js';
import { compileValidator, refusal } from './validation.js';

const NO_PARAMETERS = strict({});
/** Longest part of a path, percent-decoded: names are shorter. */
const LONGEST_PART = 300;

/** The app, ready to be listened with or injected into. Rejects when a route has no row in the access table. */
export async function buildApp(parts: Parts): Promise<FastifyInstance> {
  const { log, metrics } = parts;
  const app: App = Fastify({
    logger: false,
    bodyLimit: BODY_LIMITS.usual,
    genReqId: requestIds(),
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: LONGEST_PART },
    schemaErrorFormatter: (errors, part) => refusal(errors as never, part),
    frameworkErrors: (error, request, reply) => void sendProblem(log, error, request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>();
  const streams = createStreams(parts);
  const http: Http = { parts, streams, execs: createExecs((id) => parts.delivery(id)) };
  const routes: DescribedRoute[] = [];

  app.decorateRequest('caller', null);
  app.decorateRequest('bearer', null);
  app.decorateRequest('rawBody', null);
  app.decorateRequest('problem', null);
  app.setValidatorCompiler(compileValidator);
  app.addHook('onRoute', (route) => {
    // Parameters that a route does not have are refused like fields that a body does not have.
    if (route.url.startsWith('/v1/')) route.schema = { querystring: NO_PARAMETERS, ...route.schema };
    routes.push(...describedBy(route));
  });
  app.addHook('preClose', async () => streams.stop());

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    });
  });
  // First, so that what the others refuse closes its socket.
  await acceptSockets(app);
  guard(app, parts.config);
  const limits = await rateLimits(app, parts.config.rateLimit, metrics);
  authenticate(app, parts, limits.failure);
  app.addHook('onRequest', async (request) => {
    if (request.caller !== null) await limits.token(request);
  });
  readBodies(app);

  app.setErrorHandler((error, request, reply) => {
    const unread = error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE';
    return sendProblem(log, unread ? mediaTypeRefusal(request) : error, request, reply);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.count('ampoule_http_requests_total', labels);
    metrics.observe('ampoule_http_request_seconds', reply.elapsedTime / 1000, { route });
    log.info('request', {
      requestId: request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ...(request.problem === null ? {} : { code: request.problem }),
      ...(request.caller === null || request.caller.kind === 'daemon' ? {} : { token: request.caller.token }),
    });
  });

  let document: string | null = null;
  healthRoutes(app, http, () => {
    document ??= openapiOf(routes, parts.version);
    return document;
  });
  for (const add of [vaultRoutes, backupRoutes, secretRoutes, providerRoutes, sessionRoutes, activationRoutes])
    add(app, http);
  for (const add of [
    usageRoutes,
    askRoutes,
    environmentRoutes,
    requestRoutes,
    sandboxRoutes,
    execRoutes,
    runningExecRoutes,
    terminalRoutes,
    logRoutes,
  ])
    add(app, http);
  for (const add of [tokenRoutes, auditRoutes, eventRoutes, diagnosisRoutes]) add(app, http);
  leakRoutes(app, http);
  for (const add of [connectionRoutes, oauthClientRoutes, oauthRoutes]) add(app, http);
  for (const add of [valueRoutes, scanRoutes])
    await app.register(async (part) => add(part.withTypeProvider<TypeBoxTypeProvider>(), http));
  refuseUnknown(app, routes);
  await app.ready();
  return app as unknown as FastifyInstance;
}

/** The route as the document needs it. Throws for one that nobody gave an access row and a description. */
function describedBy(route: RouteOptions): DescribedRoute[] {
  return [route.method].flat().map((method) => {
    const operation = route.config?.operation;
    if (accessOf(method, route.url) === undefined) throw new Error(`${method} ${route.url} has no row in access.ts`);
    if (operation === undefined) throw new Error(`${method} ${route.url} has no operation`);
    const { params, querystring, body, response } = (route.schema ?? {}) as {
      [part in 'params' | 'querystring' | 'body']?: TSchema;
    } & { response?: Record<string, TSchema> };
    return {
      method,
      url: route.url,
      operation,
      ...(params === undefined ? {} : { params }),
      ...(querystring === undefined ? {} : { querystring }),
      ...(body === undefined ? {} : { body }),
      response: response ?? {},
    };
  });
}
