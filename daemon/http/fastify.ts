/** What requests, routes and the app carry beside Fastify's own: types only. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { TSchema } from 'typebox';
import type { ErrorCode } from '../errors.js';
import type { Caller } from '../parts.js';

/** The app with handlers typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the OpenAPI document says of a route beyond its schemas. */
export interface Operation {
  /** `operationId`, unique. */
  id: string;
  summary: string;
  description?: string;
  /** JSON body of a route that checks it by hand. */
  body?: TSchema;
  /** The route takes the value as raw bytes too. */
  bytes?: true;
  /** The body is a tar stream, which the route reads itself. */
  tar?: true;
  /** Media types of 200 beside JSON, with a description. */
  streams?: Record<string, string>;
  /** The answer is a WebSocket. */
  socket?: true;
  /** Honours `Idempotency-Key`. */
  idempotent?: true;
  /** Honours `If-Match`. */
  ifMatch?: true;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** null until authenticated, and on open routes. */
    caller: Caller | null;
    /** The token as sent, kept to ask again while a stream is open. */
    bearer: string | null;
    /** Body as received; wiped once answered. */
    rawBody: Buffer | null;
    /** Code of the problem that was answered. */
    problem: ErrorCode | null;
  }
  interface FastifyContextConfig {
    operation?: Operation;
  }
}
