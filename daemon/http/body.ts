/** Reads bodies as bytes and JSON as strict UTF-8, keeps the raw bytes for the length of the request, and wipes them. */

import type { FastifyRequest } from 'fastify';
import { DaemonError, invalid } from '../errors.js';
import type { App } from './fastify.js';

const KIB = 1024;
/** Largest bodies in bytes. JSON may write one byte of a value as six (`\u0001`). */
export const BODY_LIMITS = { usual: 64 * KIB, value: 1024 * KIB, launch: 2048 * KIB, exec: 8 * KIB * KIB } as const;

const HINT =
  "Values from a file or a pipe go with -H 'content-type: application/octet-stream' --data-binary @- " +
  'to PUT /v1/secrets/NAME/value';

/** JSON for all routes; nothing else is parsed. */
export function readBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.rawBody = body;
    if (body.length === 0) return done(null, undefined);
    const text = utf8(body);
    if (text === null) return done(malformed('The body is not UTF-8. Encode it as UTF-8.'));
    return parse(request, text, (error, parsed) => {
      if (error) done(malformed('The body is not valid JSON. Check quotes, commas and brackets.'));
      else done(null, parsed);
    });
  });
  app.addHook('preValidation', async (request) => {
    const { operation } = request.routeOptions.config;
    const takes =
      request.routeOptions.schema?.body !== undefined || operation?.body !== undefined || operation?.tar === true;
    if (request.body === undefined) {
      if (takes) request.body = {};
    } else if (!takes && !request.is404) {
      const detail = 'This route takes no body. Leave it out.';
      throw invalid('', detail);
    }
  });
  app.addHook('onResponse', async (request) => {
    request.rawBody?.fill(0);
    request.rawBody = null;
  });
}

/** Raw bytes, for the routes registered on this part of the app. */
export function readBytes(app: App): void {
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.rawBody = body;
    done(null, body);
  });
}

/** The refusal of a content type that nothing here takes. */
export function mediaTypeRefusal(request: FastifyRequest): DaemonError {
  const type = request.headers['content-type'] ?? '';
  const form = /^(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type);
  return new DaemonError(
    'MEDIA_TYPE_UNSUPPORTED',
    form
      ? `curl -d and forms alter values, so form content types are refused. Send JSON with -H 'content-type: application/json'. ${HINT}.`
      : `This content type is not taken here. Send JSON with -H 'content-type: application/json'. ${HINT}.`,
  );
}

function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function malformed(detail: string): DaemonError {
  return new DaemonError('BODY_MALFORMED', detail, { problems: [{ pointer: '', detail }] });
}
