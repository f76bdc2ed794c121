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
import { asOurs } from '../problem.js';
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
  const follow = ({ sandbox, running }: StartedExec, stream: OpenStream): void => {
    const touch = (): void => {
      sandboxes.touch(sandbox.id);
      sessions.touch(sandbox.session);
    };
    const end = (): void => void running.end(String(stream.signal.reason)).catch(() => {});
    const timer = setInterval(touch, TOUCH).unref();
    execs.add({ sandbox: sandbox.id, startedAt: parts.now(), running });
    stream.signal.addEventListener('abort', end);
    if (stream.signal.aborted) end();
    const over = (): void => {
      clearInterval(timer);
      stream.signal.removeEventListener('abort', end);
      execs.remove(running.execId);
      stream.close();
      touch();
    };
    touch();
    running.exit.then(over, over);
  };

  const counted = async ({ running }: StartedExec) => {
    const exit = await running.exit;
    parts.metrics.count('ampoule_execs_total', { outcome: exit.reason ?? (exit.code === 0 ? 'OK' : 'FAILED') });
    return exit;
  };

  /** Records of the output and last the exit, also where the output broke off: a client must know that it has not all. */
  const lines = async function* (exec: StartedExec, output: ReturnType<typeof redacted>): AsyncGenerator<string> {
    try {
      yield* records(output);
      const { tookMs: _tookMs, ...exit } = await counted(exec);
      yield `${JSON.stringify({ exit })}\n`;
    } catch (error) {
      await exec.running.end('OUTPUT_LOST').catch(() => {});
      yield `${JSON.stringify({ exit: { code: null, reason: asOurs(error).code } })}\n`;
    }
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
      const wait = waitOf(request.query);
      const stream = streams.open(request, reply as FastifyReply);
      const { sandbox } = request.params;
      const exec = await startExec(parts, callerOf(request), sandbox, request.body, wait, stream.signal).catch(
        (error: unknown) => {
          stream.close();
          throw error;
        },
      );
      follow(exec, stream);
      const { running } = exec;
      const output = redacted(running.output, exec.redactors);
      if (wantsRecords(request.headers.accept)) {
        return await streamed(reply as FastifyReply, running.execId, lines(exec, output));
      }
      try {
        const { stdout, stderr, truncated } = await collect(output);
        const { code, tookMs, ...how } = await counted(exec);
        const answer = { execId: running.execId, exitCode: code, ...how, stdout, stderr, truncated };
        return { ...answer, tookMs: Math.round(tookMs) };
      } catch (error) {
        await running.end('OUTPUT_LOST').catch(() => {});
        throw error;
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
