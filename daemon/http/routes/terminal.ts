/** Routes of terminals: a ticket for one connection, and the WebSocket that takes it. */

import type { SandboxId } from '../../../store/index.js';
import type { Caller } from '../../parts.js';
import { callerOf, forbidden } from '../authentication.js';
import { formatTime } from '../duration.js';
import { counted, follow } from '../exec-follow.js';
import { redacted } from '../exec-output.js';
import { type StartedExec, startExec } from '../exec-run.js';
import type { App } from '../fastify.js';
import { type Http, waitOf } from '../respond.js';
import { TerminalBody, TerminalTicket } from '../schemas/execs.js';
import { SandboxParams } from '../schemas/sandboxes.js';
import { PROTOCOL, socketRoute, ticketOf } from '../sockets.js';
import { carryTerminal } from '../terminal-socket.js';
import { createTickets, type Ticket } from '../tickets.js';

const DAEMON: Caller = { kind: 'daemon' };
/** The image's best shell. */
const SHELL = 'command -v bash >/dev/null 2>&1 && exec bash; exec sh';

export function terminalRoutes(app: App, http: Http): void {
  const { parts, streams } = http;
  const { sandboxes, audit } = parts.vault;
  const tickets = createTickets(parts.now);

  app.post(
    '/v1/sandboxes/:sandbox/terminal',
    {
      schema: { params: SandboxParams, body: TerminalBody, response: { 201: TerminalTicket } },
      config: {
        operation: {
          id: 'createTerminal',
          summary: 'A ticket for one terminal, good for 30 s; without a command, a shell',
          description:
            'Connect a WebSocket to `path` with the subprotocols `protocol` and `ampoule.ticket.<ticket>`. Binary messages are the bytes of the terminal both ways; text messages are `{resize: {columns, rows}}` in and `{exit}` out.',
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { bearer, body } = request;
      const { id, name } = sandboxes.get(caller, request.params.sandbox);
      if (body.masking === false && caller.kind !== 'operator') {
        const detail = { terminal: true, masking: false };
        audit.record(caller, { action: 'sandbox.exec', target: `${id} ${name}`, outcome: 'refused', detail });
        throw forbidden(caller, 'Output without masking is for operator tokens');
      }
      const { ticket, until } = tickets.issue({ sandbox: id, opener: { caller, bearer }, body });
      const path = `/v1/sandboxes/${id}/terminal`;
      return reply.code(201).send({ ticket, protocol: PROTOCOL, path, expiresAt: formatTime(until) });
    },
  );

  socketRoute(app, {
    url: '/v1/sandboxes/:sandbox/terminal',
    schema: { params: SandboxParams },
    operation: {
      id: 'openTerminal',
      summary: 'The WebSocket of a terminal; its ticket is the subprotocol ampoule.ticket.<ticket>',
    },
    async prepare(request) {
      const { sandbox } = request.params as { sandbox: string };
      const meant = (id: SandboxId): boolean => [id, sandboxes.get(DAEMON, id).name].includes(sandbox);
      const ticket = tickets.redeem(ticketOf(request), meant);
      const { caller, bearer } = ticket.opener;
      // The ticket is as good as the token that got it, at the moment when it is used.
      const known = bearer === null ? null : parts.vault.tokens.authenticate(bearer);
      if (caller === null || known === null || 'problem' in known) return tickets.redeem(null, meant) as never;
      const { command = SHELL, columns, rows, ...more } = ticket.body;
      const size = { columns, rows };
      const exec = await startExec(
        parts,
        caller,
        ticket.sandbox,
        { ...more, command },
        waitOf({}),
        streams.stopping,
        size,
      );
      return { ticket, exec };
    },
    abandon: ({ exec }) => void exec.running.end('CLIENT_GONE').catch(() => {}),
    async carry(socket, { ticket, exec }: { ticket: Ticket; exec: StartedExec }) {
      const stream = streams.openSocket(ticket.opener, socket);
      follow(http, exec, stream);
      const output = redacted(exec.running.output, exec.redactors);
      void counted(http, exec).catch(() => {});
      await carryTerminal(socket, { running: exec.running, output, signal: stream.signal });
      // Whatever ended it, nothing of it is left.
      await exec.running.end('CLIENT_GONE').catch(() => {});
    },
  });
}
