/** Routes for when a value got out: report a leak, take the report back, panic. Values go nowhere. */

import type { SandboxId, SessionId } from '../../../store/index.js';
import { holdersOf, revoking, type SandboxChange } from '../../change.js';
import { outsideAnswer, outsideSentences, runsOutside } from '../../leak/outside.js';
import { panic } from '../../leak/panic.js';
import { rotationOf } from '../../leak/rotation.js';
import type { Caller } from '../../parts.js';
import { callerOf } from '../authentication.js';
import { formatTime } from '../duration.js';
import type { App } from '../fastify.js';
import { secretAnswer } from '../represent.js';
import { type Http, settled, waitOf } from '../respond.js';
import { LeakAnswer, LeakBody, LeakQuery, PanicAnswer } from '../schemas/scan.js';
import { Secret, SecretParams } from '../schemas/secrets.js';

const DAEMON: Caller = { kind: 'daemon' };
/** Exposures that are told. */
const TOLD = 200;

export function leakRoutes(app: App, http: Http): void {
  const { parts } = http;
  const { leaks, localCommands, secrets } = parts.vault;

  app.post(
    '/v1/secrets/:name/leak',
    {
      schema: {
        params: SecretParams,
        querystring: LeakQuery,
        body: LeakBody,
        response: { 200: LeakAnswer, 202: LeakAnswer },
      },
      config: {
        operation: {
          id: 'reportLeak',
          summary: 'Take a leaked secret from everybody, say who had it, and show that nothing holds it',
          description:
            'It cannot be activated until it has a new value. Works while the vault is sealed, but for the comparison of values.',
        },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const wait = waitOf(request.query);
      const { id } = secrets.get(caller, request.params.name);
      const holding = holdersOf(parts, id);
      const { secret, sessions } = await revoking(
        parts,
        () => holding,
        () => leaks.report(caller, id, request.body.reason ?? ''),
      );
      parts.events.emit({ kind: 'secret', id });
      const { status, body } = await settled(http, { sessions, holding }, wait);
      const proof = parts.prove(secret);
      parts.writeHolders();
      const outside = localCommands.had(id, TOLD);
      return reply.code(proof.holders.length > 0 || outside.some(runsOutside) ? 202 : status).send({
        name: secret.name,
        leakedAt: secret.leakedAt === null ? null : formatTime(secret.leakedAt),
        ...body,
        exposures: exposed(caller, id),
        outside: outside.map((command) => outsideAnswer(command, sessionName(command.session))),
        proof: { ...proof, cannotSee: [...proof.cannotSee, ...outsideSentences(localCommands.holding(id))] },
        rotation: rotationOf(secret, parts.guides),
      });
    },
  );

  app.delete(
    '/v1/secrets/:name/leak',
    {
      schema: { params: SecretParams, response: { 200: Secret } },
      config: { operation: { id: 'withdrawLeak', summary: 'It did not leak: the value may be used as it is' } },
    },
    async (request) => {
      const secret = leaks.withdraw(callerOf(request), request.params.name, '');
      parts.events.emit({ kind: 'secret', id: secret.id });
      return secretAnswer(secret);
    },
  );

  const exposed = (caller: Caller, id: string): LeakAnswer['exposures'] => {
    const { items, total, open } = leaks.exposures(caller, id, TOLD);
    const told = items.map(({ sessionName, sandboxName, env, version, confirmedBy, since, until }) => ({
      ...{ session: sessionName, sandbox: sandboxName, env, version, confirmedBy },
      ...{ since: formatTime(since), until: until === null ? null : formatTime(until) },
    }));
    return { items: told, total, open };
  };

  app.post(
    '/v1/panic',
    {
      schema: { response: { 200: PanicAnswer, 202: PanicAnswer } },
      config: {
        operation: {
          id: 'panic',
          summary: 'Deactivate everything, end all that holds a value, seal',
          description:
            'Works while the vault is sealed and while Docker is away; what could not be ended stands in `sandboxes`.',
        },
      },
    },
    async (request, reply) => {
      const began = performance.now();
      const { sessions, activations, ended, failed } = await panic(parts, callerOf(request));
      const sandboxes = failed.map(pending);
      const outside = localCommands.running(TOLD);
      return reply.code(failed.length + outside.length === 0 ? 200 : 202).send({
        ...{ state: parts.vault.status().state, sessions, activations },
        ended: ended.map((id) => namesOf(id)),
        outside: outside.map((command) => outsideAnswer(command, sessionName(command.session))),
        ...{ sandboxes, notices: [], tookMs: Math.round(performance.now() - began) },
      });
    },
  );

  const sessionName = (id: SessionId): string => parts.vault.sessions.get(DAEMON, id).name;

  const namesOf = (id: SandboxId) => {
    const { name, session } = parts.vault.sandboxes.get(DAEMON, id);
    return { id, name, session: parts.vault.sessions.get(DAEMON, session).name };
  };

  const pending = (id: SandboxId): SandboxChange => {
    const { generation } = parts.vault.sessions.get(DAEMON, parts.vault.sandboxes.get(DAEMON, id).session);
    const reason = 'It could not be ended: is Docker running? Repeat the request until it answers 200.';
    return { ...namesOf(id), generation, state: 'pending', reason, tookMs: 0 };
  };
}
