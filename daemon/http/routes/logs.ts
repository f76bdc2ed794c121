/** The route of a sandbox's output: what its main process wrote, redacted, once or followed. */

import { Readable } from 'node:stream';
import { lastLines, type OutputPart } from '../../../sandbox/index.js';
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
      const delivery = parts.delivery(id);
      const { tail } = request.query;
      // What an init keeps is little: cut after redaction, a value of several lines is known as a whole.
      const later = delivery.kind === 'memory' && !follow && notice === null ? tail : undefined;
      const asked = notice === null ? tail : 0;
      const options = { follow, ...(asked === undefined || later !== undefined ? {} : { tail: asked }) };
      const redactors = parts.redactors(id);
      const stream = streams.open(request, reply);
      const whole = redacted(withNotice(notice, delivery.logs(id, options, stream.signal)), redactors);
      const output = later === undefined ? whole : last(whole, later);
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

/** The last lines of what ends by itself. */
async function* last(output: AsyncIterable<OutputPart>, lines: number): AsyncGenerator<OutputPart> {
  const parts: OutputPart[] = [];
  for await (const part of output) parts.push(part);
  yield* lastLines(parts, lines);
}

async function* bytes(output: AsyncIterable<{ data: Uint8Array }>): AsyncGenerator<string | Uint8Array> {
  for await (const { data } of output) yield Buffer.from(data);
}
