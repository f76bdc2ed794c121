/** Turns any error into an RFC 9457 problem. Never copies the message of an error that is not ours. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { SandboxError } from '../../sandbox/index.js';
import { type InputProblem, StoreError } from '../../store/index.js';
import { DaemonError, ERRORS, type ErrorCode } from '../errors.js';
import type { Logger } from '../parts.js';

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  requestId: string;
  errors?: InputProblem[];
}

/** Refusals of the framework, by its own codes. */
const FRAMEWORK: Record<string, readonly [ErrorCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', 'The body is larger than this route takes. Send less.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'REQUEST_MALFORMED',
    'The body is not as long as Content-Length says. Send the right length, or none.',
  ],
  FST_ERR_BAD_URL: ['REQUEST_MALFORMED', 'The path is not valid. Percent-encode each part of it.'],
  FST_ERR_MAX_PARAM_LENGTH: ['REQUEST_MALFORMED', 'A part of the path is too long. Give a name or an id.'],
};

/** The error as ours: itself, a framework's refusal in our words, or INTERNAL. */
export function asOurs(error: unknown): StoreError | SandboxError | DaemonError {
  if (error instanceof StoreError || error instanceof SandboxError || error instanceof DaemonError) return error;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = Object.hasOwn(FRAMEWORK, code) ? FRAMEWORK[code] : undefined;
  if (known !== undefined) return new DaemonError(known[0], known[1]);
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new DaemonError('REQUEST_MALFORMED', 'The request could not be read. Check its method, headers and body.');
  }
  return new DaemonError(
    'INTERNAL',
    'Something of ours went wrong. Try again; if it stays, report the requestId with the log of ampouled.',
    { cause: error },
  );
}

/** The body of the answer. */
export function problemOf(error: StoreError | SandboxError | DaemonError, requestId: string): Problem {
  const { status, title } = ERRORS[error.code];
  const problems = error instanceof SandboxError ? [] : error.problems;
  return {
    type: `urn:ampoule:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(problems.length === 0 ? {} : { errors: problems }),
  };
}

/** Answers with the problem and writes down what went wrong on our side, without its message. */
export function sendProblem(log: Logger, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const ours = asOurs(error);
  const problem = problemOf(ours, request.id);
  if (ours.code === 'INTERNAL') {
    log.error('request failed', { requestId: request.id, code: ours.code, cause: placeOf(error) });
  }
  request.problem = ours.code;
  if (ours instanceof DaemonError) reply.headers(ours.headers);
  return reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problem);
}

/** Kind of an error and the first place of ours on its stack: enough to find it, and no message. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frame = (error.stack ?? '').split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  const place = /([\w.-]+\/[\w.-]+:\d+):\d+\)?$/.exec(frame)?.[1] ?? 'unknown place';
  return `${error.name} at ${place}`;
}
