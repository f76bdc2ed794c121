/** The OpenAPI 3.1 document, made from the routes themselves when somebody first asks for it. Examples hold no real value. */

import type { TSchema } from 'typebox';
import { ERRORS, type ErrorCode } from '../errors.js';
import { accessOf } from './access.js';
import type { Operation } from './fastify.js';
import { COMPONENTS, EXAMPLES, referring, TAGS } from './openapi-words.js';

/** What is known of a route when it is registered. */
export interface DescribedRoute {
  method: string;
  url: string;
  operation: Operation;
  params?: TSchema;
  querystring?: TSchema;
  body?: TSchema;
  response: Record<string, TSchema>;
}

type Json = Record<string, unknown>;

/** Statuses that any route with a token may answer beside its own. */
const COMMON: readonly (readonly [string, ErrorCode[]])[] = [
  ['400', ['BODY_MALFORMED', 'REQUEST_MALFORMED', 'TOKEN_IN_URL']],
  ['421', ['HOST_NOT_ALLOWED']],
  ['500', ['INTERNAL']],
  ['503', ['VAULT_SEALED', 'STORAGE_FAILED', 'AUDIT_UNAVAILABLE', 'ENGINE_UNREACHABLE']],
];
const WITH_TOKEN: readonly (readonly [string, ErrorCode[]])[] = [
  ['401', ['TOKEN_MISSING', 'TOKEN_MALFORMED', 'TOKEN_UNKNOWN', 'TOKEN_EXPIRED', 'TOKEN_REVOKED']],
  ['403', ['FORBIDDEN', 'OUT_OF_BOUNDS', 'ORIGIN_REFUSED']],
  ['429', ['RATE_LIMITED']],
];

/** The document as JSON text. */
export function openapiOf(routes: readonly DescribedRoute[], version: string): string {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.url.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const schemas = Object.fromEntries(
    Object.entries(COMPONENTS).map(([name, schema]) => [name, referring(schema, schema)]),
  );
  return JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: 'Ampoule',
      version,
      description:
        'Keeps secrets in a sealed vault and injects them into Docker sandboxes. /v1 is stable: fields are added, never changed or removed. ' +
        'Times are RFC 3339 in UTC, durations are written 90s, 20m, 24h, 7d, sizes are bytes.',
      license: { name: 'Proprietary', url: 'urn:ampoule:license' },
    },
    servers: [{ url: 'http://127.0.0.1:7433', description: 'the default address; the unix socket serves the same' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'amp_op_…, amp_la_…, amp_ag_… or amp_me_…' },
      },
      schemas,
    },
  });
}

function operationOf(route: DescribedRoute): Json {
  const { operation } = route;
  const access = accessOf(route.method, route.url) ?? [];
  const open = access === 'open';
  const body = route.body ?? operation.body;
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    tags: [tagOf(route.url)],
    ...(open ? { security: [] } : { 'x-ampoule-tokens': access }),
    parameters: parametersOf(route),
    ...(body === undefined ? {} : { requestBody: requestBodyOf(body, operation) }),
    ...(operation.tar ? { requestBody: TAR_BODY } : {}),
    responses: { ...answersOf(route), ...problemsOf(route, open) },
  };
}

function tagOf(url: string): string {
  const resource = url.split('/')[2] ?? '';
  return url.startsWith('/v1/') && Object.hasOwn(TAGS, resource) ? resource : 'health';
}

function parametersOf({ params, querystring, operation }: DescribedRoute): Json[] {
  const header = (name: string, description: string): Json => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  return [
    ...fieldsOf(params).map(([name, schema]) => ({ name, in: 'path', required: true, ...described(schema) })),
    ...fieldsOf(querystring).map(([name, schema]) => ({ name, in: 'query', required: false, ...described(schema) })),
    ...(operation.idempotent ? [header('Idempotency-Key', 'the same key and body make one thing once, for 24 h')] : []),
    ...(operation.ifMatch ? [header('If-Match', 'the ETag of the session; 412 when it has changed since')] : []),
    ...(operation.id === 'getEvents' ? [header('Last-Event-ID', 'the id of the last event that was seen')] : []),
  ];
}

function described(schema: unknown): Json {
  const { description, ...rest } = schema as Json;
  return { ...(description === undefined ? {} : { description }), schema: rest };
}

function fieldsOf(schema: TSchema | undefined): [string, unknown][] {
  return Object.entries(schema !== undefined && 'properties' in schema ? (schema.properties as Json) : {});
}

const TAR_BODY: Json = {
  required: true,
  content: { 'application/x-tar': { schema: { type: 'string', format: 'binary' } } },
};

function requestBodyOf(body: TSchema, operation: Operation): Json {
  const required = 'required' in body && Array.isArray(body.required) && body.required.length > 0;
  return {
    required: required || operation.body !== undefined,
    content: {
      'application/json': {
        schema: referring(body),
        ...(Object.hasOwn(EXAMPLES, operation.id) ? { example: EXAMPLES[operation.id] } : {}),
      },
      ...(operation.bytes ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } : {}),
    },
  };
}

const MEANING: Record<string, string> = {
  200: 'done',
  201: 'made',
  202: 'recorded; something is pending or has failed',
};

function answersOf({ response, operation }: DescribedRoute): Json {
  const answers: Record<string, Json> = {};
  if (operation.socket) answers['101'] = { description: 'the connection is a WebSocket from here on' };
  for (const [status, schema] of Object.entries(response)) {
    answers[status] = {
      description: MEANING[status] ?? 'done',
      content: { 'application/json': { schema: referring(schema) } },
    };
  }
  for (const [type, description] of Object.entries(operation.streams ?? {})) {
    const known = (answers['200']?.content ?? {}) as Json;
    const schema = type === 'application/json' ? { type: 'object' } : { type: 'string', description };
    answers['200'] = { description: MEANING[200], content: { ...known, [type]: { schema } } };
  }
  return answers;
}

function problemsOf(route: DescribedRoute, open: boolean): Json {
  const own: [string, ErrorCode[]][] = [];
  if (route.params !== undefined) own.push(['404', codesOf(404)]);
  if (route.method !== 'GET') own.push(['409', codesOf(409)], ['422', codesOf(422)], ['507', codesOf(507)]);
  if (route.method === 'GET' && route.querystring !== undefined) own.push(['422', ['INVALID_INPUT']]);
  if (route.body !== undefined || route.operation.body !== undefined)
    own.push(['413', codesOf(413)], ['415', codesOf(415)]);
  if (route.operation.ifMatch) own.push(['412', codesOf(412)]);
  const all = [...COMMON, ...(open ? [] : WITH_TOKEN), ...own].sort(([a], [b]) => Number(a) - Number(b));
  return Object.fromEntries(
    all.map(([status, codes]) => [
      status,
      {
        description: codes.join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function codesOf(status: number): ErrorCode[] {
  return (Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code].status === status);
}
