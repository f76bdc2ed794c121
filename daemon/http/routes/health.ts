/** Routes that machines ask: alive, ready, metrics, the description of the API. */

import { DaemonError } from '../../errors.js';
import type { App } from '../fastify.js';
import type { Http } from '../respond.js';
import { Alive, Ready } from '../schemas/vault.js';

/** @param describe gives the OpenAPI document as JSON text; asked for at the first request. */
export function healthRoutes(app: App, { parts }: Http, describe: () => string): void {
  app.get(
    '/healthz',
    {
      schema: { response: { 200: Alive } },
      config: { operation: { id: 'alive', summary: 'The process answers' } },
    },
    async () => ({ status: 'alive' as const, version: parts.version }),
  );

  app.get(
    '/readyz',
    {
      schema: { response: { 200: Ready } },
      config: { operation: { id: 'ready', summary: 'Unsealed and started; 503 otherwise' } },
    },
    async () => {
      if (!parts.started()) {
        throw new DaemonError('STARTING', 'The daemon looks at its containers first. Try again in a moment.', {
          headers: { 'retry-after': '1' },
        });
      }
      if (parts.vault.status().state === 'sealed') {
        throw new DaemonError('VAULT_SEALED', 'The vault is sealed. Run `ampoule vault unseal`.');
      }
      return { status: 'ready' as const };
    },
  );

  app.get(
    '/metrics',
    {
      config: {
        operation: {
          id: 'metrics',
          summary: 'Metrics for Prometheus',
          streams: { 'text/plain': 'Prometheus text format' },
        },
      },
    },
    async (_request, reply) =>
      reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(await parts.metrics.render()),
  );

  app.get(
    '/openapi.json',
    {
      config: {
        operation: { id: 'openapi', summary: 'This document', streams: { 'application/json': 'OpenAPI 3.1' } },
      },
    },
    async (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(describe()),
  );
}
