/** Routes of commands that run, and of detached ones that ended lately: list them, look at one, end it, listen to one that is detached. */

import type { RunningExec as Running } from '../../../sandbox/index.js';
import type { SandboxId } from '../../../store/index.js';
import { DaemonError } from '../../errors.js';
import type { Redactors } from '../../parts.js';
import { callerOf } from '../authentication.js';
import { formatTime } from '../duration.js';
import { endBoth, redacted } from '../exec-output.js';
import type { ListedExec } from '../execs.js';
import type { App } from '../fastify.js';
import type { Http } from '../respond.js';
import { ExecParams, ExecsQuery, RunningExec } from '../schemas/execs.js';
import { SandboxParams } from '../schemas/sandboxes.js';
import { list } from '../schemas/shared.js';
import { socketRoute } from '../sockets.js';
import { carryTerminal } from '../terminal-socket.js';
import { withheldNotice, withNotice } from '../withheld.js';

export function runningExecRoutes(app: App, http: Http): void {
  const { parts, streams, execs } = http;
  const { sandboxes, audit } = parts.vault;

  app.get(
    '/v1/sandboxes/:sandbox/execs',
    {
      schema: { params: SandboxParams, querystring: ExecsQuery, response: { 200: list(RunningExec) } },
      config: { operation: { id: 'listExecs', summary: 'Commands of a sandbox, oldest first' } },
    },
    async (request) => {
      const { id } = sandboxes.get(callerOf(request), request.params.sandbox);
      const { state = 'running' } = request.query;
      const found = [...(state === 'running' ? [] : execs.ended(id)), ...(state === 'ended' ? [] : execs.list(id))];
      return { items: found.map((exec) => answer(id, exec)), next: null };
    },
  );

  app.get(
    '/v1/sandboxes/:sandbox/execs/:exec',
    {
      schema: { params: ExecParams, response: { 200: RunningExec } },
      config: {
        operation: {
          id: 'getExec',
          summary: 'A command, while it runs; a detached one for 15 minutes after it ended, too',
        },
      },
    },
    async (request) => {
      const { id } = sandboxes.get(callerOf(request), request.params.sandbox);
      return answer(id, execs.get(id, request.params.exec));
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
      const { execId } = execs.get(id, request.params.exec);
      audit.record(caller, { action: 'exec.end', target: `${id} ${name}`, detail: { execId } });
      return { ...answer(id, await execs.end(id, execId, 'ENDED')), state: 'ended' as const };
    },
  );

  socketRoute(app, {
    url: '/v1/sandboxes/:sandbox/execs/:exec/attach',
    schema: { params: ExecParams },
    operation: {
      id: 'attachExec',
      summary: 'A WebSocket to a detached command: its last output, then what comes',
      description:
        'Binary messages are its output and its input, text messages `{stream}` (what follows comes from there), `{exit}`, and of the client `{resize: {columns, rows}}` and `{eof: true}`. Leaving does not end the command. Of one that ended in the last 15 minutes come its last 64 KiB and its exit.',
    },
    async prepare(request) {
      const { sandbox, exec } = request.params as { sandbox: string; exec: string };
      const caller = callerOf(request);
      const { id, name } = sandboxes.get(caller, sandbox);
      const { detached, over } = execs.get(id, exec);
      const delivery = parts.delivery(id);
      if (!detached || delivery.attach === undefined) throw notDetached();
      audit.record(caller, { action: 'exec.attach', target: `${id} ${name}`, detail: { execId: exec } });
      const redactors = parts.redactors(id);
      const leave = new AbortController();
      const notice = over === undefined ? withheldNotice(parts.vault, { id, name }) : null;
      const options = notice === null ? {} : { tail: 0 };
      const running = await delivery.attach(id, exec, leave.signal, options).catch((error: unknown) => {
        endBoth(redactors);
        throw error;
      });
      return { running, redactors, leave, notice };
    },
    abandon({ redactors, leave }) {
      leave.abort();
      endBoth(redactors);
    },
    async carry(socket, { running, redactors, leave, notice }: Attached, request) {
      const stream = streams.openSocket(request, socket);
      const gone = (): void => leave.abort();
      stream.signal.addEventListener('abort', gone);
      try {
        const output = redacted(withNotice(notice, running.output), redactors);
        await carryTerminal(socket, { running, output, signal: stream.signal });
      } finally {
        leave.abort();
        stream.close();
      }
    },
  });
}

interface Attached {
  running: Running;
  redactors: Redactors;
  leave: AbortController;
  /** Said instead of what it wrote before. */
  notice: string | null;
}

function answer(sandbox: SandboxId, exec: ListedExec) {
  const { execId, startedAt, detached, tty, command, over } = exec;
  const said = command === undefined ? {} : { command };
  const known = { execId, sandbox, startedAt: formatTime(startedAt), detached, tty, ...said };
  if (over === undefined) return { ...known, state: 'running' as const };
  const { code, ...rest } = over.exit;
  return { ...known, state: 'ended' as const, endedAt: formatTime(over.endedAt), exitCode: code, ...rest };
}

function notDetached(): DaemonError {
  return new DaemonError(
    'EXEC_NOT_FOUND',
    'Only detached commands can be listened to. Start one with "detach": true, or `ampoule exec --detach`.',
  );
}
