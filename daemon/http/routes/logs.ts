/** The route of a sandbox's output: what its main process wrote, redacted, once or followed. */

import { Readable } from 'node:stream';
import { callerOf } from '../authentication.js';
import { records, redacted } from '../exec-output.js';
import type { App } from '../fastify.js';
import type { Http } from '../respond.js';
import { LogsQuery, SandboxParams } from '../schemas/sandboxes.js';
import { withheldNotice, withNotice } from '../withheld.js';
import { NDJSON, wantsRecords } from './exec.js';

export function logRoutes(app: App, { parts, streams }: Http): void {
  app.get(
    '/v1/sandboxes/:sandbox/logs',
    {
      schema: { params: SandboxParams, querystring: LogsQuery },
      config: {
        operation: {
          id: 'getLogs',
          summary: 'Output of the main process, redacted',
          streams: {
            'text/plain': 'standard output and error as they came',
            [NDJSON]: 'records {stream, data | base64}',
          },
        },
      },
    },
    async (request, reply) => {
      const sandbox = parts.vault.sandboxes.get(callerOf(request), request.params.sandbox);
      const { id } = sandbox;
      const { follow = false } = request.query;
      const notice = withheldNotice(parts.vault, sandbox);
      const tail = notice === null ? request.query.tail : 0;
      const redactors = parts.redactors(id);
      const stream = streams.open(request, reply);
      const output = redacted(
        withNotice(
          notice,
          parts.delivery(id).logs(id, { follow, ...(tail === undefined ? {} : { tail }) }, stream.signal),
        ),
        redactors,
      );
      const asRecords = wantsRecords(request.headers.accept);
      const body = asRecords ? records(output) : bytes(output);
      const first = await body.next().catch((error: unknown) => {
        stream.close();
        throw error;
      });
      const all = async function* () {
        try {
          if (first.done !== true) {
            yield first.value;
            yield* body;
          }
        } finally {
          stream.close();
        }
      };
      return reply
        .header('content-type', asRecords ? NDJSON : 'text/plain; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(all(), { objectMode: false }));
    },
  );
}

async function* bytes(output: AsyncIterable<{ data: Uint8Array }>): AsyncGenerator<string | Uint8Array> {
  for await (const { data } of output) yield Buffer.from(data);
}
