/** Routes of the vault: state, unseal, seal, a new unlock key. */

import type { SandboxChange } from '../../change.js';
import { sealAll } from '../../leak/sealing.js';
import type { Caller } from '../../parts.js';
import { callerOf } from '../authentication.js';
import { formatTime } from '../duration.js';
import type { App } from '../fastify.js';
import { reencrypted } from '../reencrypted.js';
import { type Http, waitOf } from '../respond.js';
import { WaitQuery } from '../schemas/sessions.js';
import {
  RekeyAnswer,
  RekeyBody,
  RotateAnswer,
  RotateBody,
  SealAnswer,
  SealBody,
  UnsealBody,
  VaultAnswer,
} from '../schemas/vault.js';
import { utf8Of } from '../values.js';

const DAEMON: Caller = { kind: 'daemon' };

export function vaultRoutes(app: App, { parts, streams }: Http): void {
  const answer = () => {
    const status = parts.vault.status();
    return {
      ...status,
      createdAt: formatTime(status.createdAt),
      version: parts.version,
      delivery: parts.deliveries.report(),
      engine: { reachable: parts.reconciler.reachable() },
      unrecorded: parts.vault.tombstones(),
      reencrypting: parts.vault.reencryption.left(),
    };
  };
  const changed = (): void => parts.events.emit({ kind: 'vault', id: parts.vault.id });

  app.get(
    '/v1/vault',
    {
      schema: { response: { 200: VaultAnswer } },
      config: { operation: { id: 'getVault', summary: 'State of the vault' } },
    },
    async () => answer(),
  );

  app.post(
    '/v1/vault/unseal',
    {
      schema: { body: UnsealBody, response: { 200: VaultAnswer } },
      config: { operation: { id: 'unsealVault', summary: 'Bring the key into memory' } },
    },
    async (request) => {
      const { passphrase } = request.body;
      await parts.vault.unseal(callerOf(request), passphrase === undefined ? null : utf8Of(passphrase, '/passphrase'));
      changed();
      parts.reschedule();
      parts.reconciler.wakeAll();
      return answer();
    },
  );

  app.post(
    '/v1/vault/seal',
    {
      schema: { body: SealBody, response: { 200: SealAnswer, 202: SealAnswer } },
      config: { operation: { id: 'sealVault', summary: 'Forget the key; with revoke, end all that holds a value' } },
    },
    async (request, reply) => {
      const { failed, failure } = await sealAll(parts, callerOf(request), request.body.revoke === true);
      changed();
      if (failure !== null) throw failure;
      const sandboxes = failed.map((id): SandboxChange => {
        const { name, session } = parts.vault.sandboxes.get(DAEMON, id);
        const { name: sessionName, generation } = parts.vault.sessions.get(DAEMON, session);
        const reason = 'It could not be ended: is Docker running? Repeat the request until it answers 200.';
        return { id, name, session: sessionName, generation, state: 'pending', reason, tookMs: 0 };
      });
      const body = { state: parts.vault.status().state, sandboxes, notices: [] };
      return reply.code(sandboxes.length === 0 ? 200 : 202).send(body);
    },
  );

  app.post(
    '/v1/vault/rekey',
    {
      schema: { body: RekeyBody, response: { 200: RekeyAnswer } },
      config: { operation: { id: 'rekeyVault', summary: 'A new unlock key' } },
    },
    async (request) => {
      const { body } = request;
      const to = 'keyFile' in body ? body : { passphrase: utf8Of(body.passphrase, '/passphrase') };
      const answered = await parts.vault.rekey(callerOf(request), to);
      changed();
      return answered;
    },
  );

  app.post(
    '/v1/vault/rotate',
    {
      schema: { querystring: WaitQuery, body: RotateBody, response: { 200: RotateAnswer, 202: RotateAnswer } },
      config: {
        operation: {
          id: 'rotateVault',
          summary: 'A new data key, for what is stored from now on; with reencrypt, for what is there too',
          description: '202: values are still to be encrypted anew. It goes on by itself, after a restart too.',
        },
      },
    },
    async (request, reply) => {
      const wait = waitOf(request.query);
      const { reencrypt = false } = request.body;
      const { keyId } = parts.vault.rotate(callerOf(request), { reencrypt });
      changed();
      if (!reencrypt) return { keyId };
      const { left, unreadable } = await reencrypted(parts.vault.reencryption, wait, streams.stopping);
      return reply.code(left > unreadable ? 202 : 200).send({ keyId, left, unreadable });
    },
  );
}
