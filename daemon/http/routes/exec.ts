/** Routes of commands in a sandbox: run (one answer or a stream of records), look at, end. */

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { callerOf } from '../authentication.js';
import { BODY_LIMITS } from '../body.js';
import { formatTime } from '../duration.js';
import { collect, records, redacted } from '../exec-output.js';
import { type StartedExec, startExec } from '../exec-run.js';
import { createExecs } from '../execs.js';
import type { App } from '../fastify.js';
import { type Http, waitOf } from '../respond.js';
import { ExecAnswer, ExecBody, ExecParams, ExecQuery, RunningExec, SandboxParams } from '../schemas/sandboxes.js';
import type { OpenStream } from '../streams.js';

/** Most milliseconds between signs of life of a sandbox while a command runs in it: its idle time counts from the last. */
const TOUCH = 30_000;
export const NDJSON = 'application/x-ndjson';

export function execRoutes(app: App, { parts, streams }: Http): void {
  const execs = createExecs();
  const { sandboxes, sessions, audit } = parts.vault;

  /** Registers the command until it ends; gone clients, lost tokens and a stopping daemon end it. */
  const follow = ({ sandbox, running }: StartedExec, stream: OpenStream): (() => void) => {
    const touch = (): void => {
      sandboxes.touch(sandbox.id);
      sessions.touch(sandbox.session);
    };
    const end = (): void => void running.end(String(stream.signal.reason)).catch(() => {});
    const timer = setInterval(touch, Math.min(TOUCH, (sandbox.idle ?? TOUCH) / 3)).unref();
    execs.add({ sandbox: sandbox.id, startedAt: parts.now(), running });
    stream.signal.addEventListener('abort', end);
    if (stream.signal.aborted) end();
    touch();
    return () => {
      clearInterval(timer);
      stream.signal.removeEventListener('abort', end);
      execs.remove(running.execId);
      stream.close();
      touch();
    };
  };

  const counted = async ({ running }: StartedExec) => {
    const exit = await running.exit;
    parts.metrics.count('ampoule_execs_total', { outcome: exit.reason ?? (exit.code === 0 ? 'OK' : 'FAILED') });
    return exit;
  };

  app.post(
    '/v1/sandboxes/:sandbox/exec',
    {
      bodyLimit: BODY_LIMITS.exec,
      schema: { params: SandboxParams, querystring: ExecQuery, body: ExecBody, response: { 200: ExecAnswer } },
      config: {
        operation: {
          id: 'exec',
          summary: 'Run a command; it ends when the client goes',
          description:
            'With `Accept: application/x-ndjson` the output comes as records `{stream, data | base64}` and last `{exit: {code, signal?, reason?}}`.',
          streams: { [NDJSON]: 'records {stream, data | base64}, last {exit: {code, signal?, reason?}}' },
        },
      },
    },
    async (request, reply) => {
      const stream = streams.open(request, reply as FastifyReply);
      let done = (): void => stream.close();
      try {
        const wait = waitOf(request.query);
        const { sandbox } = request.params;
        const exec = await startExec(parts, callerOf(request), sandbox, request.body, wait, stream.signal);
        done = follow(exec, stream);
        const output = redacted(exec.running.output, exec.redactors);
        if (wantsRecords(request.headers.accept)) {
          const finish = done;
          done = () => {};
          const lines = async function* () {
            try {
              yield* records(output);
              const { code, signal, reason } = await counted(exec);
              const exit = {
                code,
                ...(signal === undefined ? {} : { signal }),
                ...(reason === undefined ? {} : { reason }),
              };
              yield `${JSON.stringify({ exit })}\n`;
            } finally {
              finish();
            }
          };
          return await streamed(reply as FastifyReply, exec.running.execId, lines());
        }
        const { stdout, stderr, truncated } = await collect(output);
        const { code, signal, reason, tookMs } = await counted(exec);
        return {
          execId: exec.running.execId,
          exitCode: code,
          ...(signal === undefined ? {} : { signal }),
          ...(reason === undefined ? {} : { reason }),
          ...{ stdout, stderr, truncated },
          tookMs: Math.round(tookMs),
        };
      } finally {
        done();
      }
    },
  );

  app.get(
    '/v1/sandboxes/:sandbox/execs/:exec',
    {
      schema: { params: ExecParams, response: { 200: RunningExec } },
      config: { operation: { id: 'getExec', summary: 'A command, while it runs' } },
    },
    async (request) => {
      const { id } = sandboxes.get(callerOf(request), request.params.sandbox);
      const { running, startedAt } = execs.get(id, request.params.exec);
      return { execId: running.execId, sandbox: id, state: 'running' as const, startedAt: formatTime(startedAt) };
    },
  );

  app.delete(
    '/v1/sandboxes/:sandbox/execs/:exec',
    {
      schema: { params: ExecParams, response: { 200: RunningExec } },
      config: { operation: { id: 'endExec', summary: 'End a command and all that came of it' } },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id, name } = sandboxes.get(caller, request.params.sandbox);
      const { running, startedAt } = execs.get(id, request.params.exec);
      audit.record(caller, { action: 'exec.end', target: `${id} ${name}`, detail: { execId: running.execId } });
      await running.end('ENDED');
      return { execId: running.execId, sandbox: id, state: 'ended' as const, startedAt: formatTime(startedAt) };
    },
  );
}

/** Whether the client asked for records rather than one answer. */
export function wantsRecords(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((type) => type.split(';')[0]?.trim().toLowerCase() === NDJSON);
}

/** Sends lines as they come; the reader's pace is the command's. */
async function streamed(reply: FastifyReply, execId: string, lines: AsyncGenerator<string>): Promise<never> {
  const answer: unknown = reply
    .header('content-type', NDJSON)
    .header('ampoule-exec-id', execId)
    .header('x-accel-buffering', 'no')
    .send(Readable.from(lines, { objectMode: false }));
  return (await answer) as never;
}
