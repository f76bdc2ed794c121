/** Routes for a command outside of sandboxes: the active values of a session, and word that it ended. */

import type { LocalCommand } from '../../../store/index.js';
import { redactTexts } from '../../redaction.js';
import { callerOf } from '../authentication.js';
import { BODY_LIMITS } from '../body.js';
import { formatTime } from '../duration.js';
import { environmentBody } from '../environment-body.js';
import type { App } from '../fastify.js';
import type { Http } from '../respond.js';
import { EndedAnswer, EnvironmentAnswer, EnvironmentBody, EnvironmentParams } from '../schemas/environment.js';
import { SessionParams } from '../schemas/sessions.js';

export function environmentRoutes(app: App, { parts }: Http): void {
  const { localCommands, sessions } = parts.vault;

  app.post(
    '/v1/sessions/:session/environment',
    {
      // A command line may be as long as what an exec is given.
      bodyLimit: BODY_LIMITS.exec,
      schema: { params: SessionParams, body: EnvironmentBody, response: { 201: EnvironmentAnswer } },
      config: {
        operation: {
          id: 'readEnvironment',
          summary: 'The active values of a session, for a command outside of sandboxes (audited)',
          description:
            'Nobody here can end that command: deactivating ends what sandboxes hold, not this. Say with DELETE that it ended.',
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { host, pid, command, only } = request.body;
      const line = typeof command === 'string' ? command : command.join(' ');
      const { command: given, values } = localCommands.begin(caller, request.params.session, {
        ...{ host, command: line, masked: redactTexts },
        ...(pid === undefined ? {} : { pid }),
        ...(only === undefined ? {} : { only }),
      });
      try {
        const { name } = sessions.get({ kind: 'daemon' }, given.session);
        const notices = values.length > 0 ? [] : [`Nothing is active in ${name}. Run \`ampoule activate NAME\`.`];
        const body = environmentBody({ id: given.id, session: name, notices }, values);
        reply.raw.once('close', () => body.fill(0));
        return reply
          .code(201)
          .type('application/json; charset=utf-8')
          .send(body as never);
      } finally {
        for (const { value } of values) value.fill(0);
      }
    },
  );

  app.delete(
    '/v1/sessions/:session/environment/:exposure',
    {
      schema: { params: EnvironmentParams, response: { 200: EndedAnswer } },
      config: { operation: { id: 'endEnvironment', summary: 'The command outside of sandboxes has ended' } },
    },
    async (request) => {
      const { session, exposure } = request.params;
      return endedAnswer(localCommands.end(callerOf(request), session, exposure));
    },
  );
}

function endedAnswer({ id, host, pid, command, since, until }: LocalCommand) {
  return { id, host, pid, command, since: formatTime(since), until: until === null ? null : formatTime(until) };
}
