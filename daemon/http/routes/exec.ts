/** Routes that run a command in a sandbox, or in a session's: one answer, a stream of records, or detached. */

import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../authentication.js';
import { BODY_LIMITS } from '../body.js';
import { formatTime } from '../duration.js';
import { counted, follow } from '../exec-follow.js';
import { collect, records, redacted } from '../exec-output.js';
import { type StartedExec, startExec } from '../exec-run.js';
import { type SessionSandbox, sandboxForSession } from '../exec-session.js';
import type { App } from '../fastify.js';
import { asOurs } from '../problem.js';
import { type Http, waitOf } from '../respond.js';
import { ExecAnswer, ExecBody, ExecQuery, RunningExec } from '../schemas/execs.js';
import { SandboxParams } from '../schemas/sandboxes.js';
import { SessionParams } from '../schemas/sessions.js';
import type { OpenStream } from '../streams.js';

export const NDJSON = 'application/x-ndjson';
const RECORDS = 'records {stream, data | base64}, last {exit: {code, signal?, reason?}}';
const ANSWERS = { 200: ExecAnswer, 202: RunningExec } as const;

type Run = Pick<SessionSandbox, 'notices'> & { sandbox: { id: string } };

export function execRoutes(app: App, http: Http): void {
  const { parts, streams } = http;

  const run = async (
    request: FastifyRequest,
    reply: FastifyReply,
    body: ExecBody,
    wait: number,
    { sandbox, notices }: Run,
  ) => {
    const said = notices.length === 0 ? {} : { notices };
    const caller = callerOf(request);
    if (body.detach === true) {
      const exec = await startExec(parts, caller, sandbox.id, body, wait, streams.stopping);
      follow(http, exec, null);
      void counted(http, exec).catch(() => {});
      const { execId } = exec.running;
      const answer = { execId, sandbox: exec.sandbox.id, state: 'running' as const, detached: true, ...said };
      return reply.code(202).send({ ...answer, startedAt: formatTime(parts.now()) });
    }
    const stream = streams.open(request, reply);
    const exec = await startExec(parts, caller, sandbox.id, body, wait, stream.signal).catch((error: unknown) => {
      stream.close();
      throw error;
    });
    return foreground(request, reply, exec, stream, said);
  };

  const foreground = async (
    request: FastifyRequest,
    reply: FastifyReply,
    exec: StartedExec,
    stream: OpenStream,
    said: { notices?: string[] },
  ) => {
    follow(http, exec, stream);
    const { running } = exec;
    const output = redacted(running.output, exec.redactors);
    if (wantsRecords(request.headers.accept)) {
      return streamed(reply, running.execId, lines(http, exec, output, said));
    }
    try {
      const { stdout, stderr, truncated } = await collect(output);
      const { code, tookMs, ...how } = await counted(http, exec);
      const answer = { execId: running.execId, exitCode: code, ...how, stdout, stderr, truncated, ...said };
      return { ...answer, tookMs: Math.round(tookMs) };
    } catch (error) {
      await running.end('OUTPUT_LOST').catch(() => {});
      throw error;
    }
  };

  app.post(
    '/v1/sandboxes/:sandbox/exec',
    {
      bodyLimit: BODY_LIMITS.exec,
      schema: { params: SandboxParams, querystring: ExecQuery, body: ExecBody, response: ANSWERS },
      config: {
        operation: {
          id: 'exec',
          summary: 'Run a command; it ends when the client goes, unless it is detached',
          description:
            'With `Accept: application/x-ndjson` the output comes as records `{stream, data | base64}` and last `{exit: {code, signal?, reason?}}`. 202: it is detached and runs.',
          streams: { [NDJSON]: RECORDS },
        },
      },
    },
    async (request, reply): Promise<never> => {
      const to: Run = { sandbox: { id: request.params.sandbox }, notices: [] };
      return (await run(request, reply as FastifyReply, request.body, waitOf(request.query), to)) as never;
    },
  );

  app.post(
    '/v1/sessions/:session/exec',
    {
      bodyLimit: BODY_LIMITS.exec,
      schema: { params: SessionParams, querystring: ExecQuery, body: ExecBody, response: ANSWERS },
      config: {
        operation: {
          id: 'execInSession',
          summary: "Run a command in the session's sandbox; if none runs, one is launched with defaults",
          description:
            'As for a sandbox. Notices name what is not active any more; as records they come first: `{notices: […]}`.',
          streams: { [NDJSON]: RECORDS },
        },
      },
    },
    async (request, reply): Promise<never> => {
      const wait = waitOf(request.query);
      const to = await sandboxForSession(http, callerOf(request), request.params.session, wait);
      return (await run(request, reply as FastifyReply, request.body, wait, to)) as never;
    },
  );
}

/** Whether the client asked for records rather than one answer. */
export function wantsRecords(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((type) => type.split(';')[0]?.trim().toLowerCase() === NDJSON);
}

/** Records of the output and last the exit, also where the output broke off: a client must know that it has not all. */
async function* lines(
  http: Http,
  exec: StartedExec,
  output: ReturnType<typeof redacted>,
  said: { notices?: string[] },
): AsyncGenerator<string> {
  try {
    if (said.notices !== undefined) yield `${JSON.stringify(said)}\n`;
    yield* records(output);
    const { tookMs: _tookMs, ...exit } = await counted(http, exec);
    yield `${JSON.stringify({ exit })}\n`;
  } catch (error) {
    await exec.running.end('OUTPUT_LOST').catch(() => {});
    yield `${JSON.stringify({ exit: { code: null, reason: asOurs(error).code } })}\n`;
  }
}

/** Sends lines as they come; the reader's pace is the command's. */
function streamed(reply: FastifyReply, execId: string, lines: AsyncGenerator<string>): FastifyReply {
  return reply
    .header('content-type', NDJSON)
    .header('ampoule-exec-id', execId)
    .header('x-accel-buffering', 'no')
    .send(Readable.from(lines, { objectMode: false }));
}
