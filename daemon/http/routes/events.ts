/** The stream of events: kinds and ids, resumable by `Last-Event-ID`. Never state. */

import { PassThrough } from 'node:stream';
import type { Event } from '../../parts.js';
import type { App } from '../fastify.js';
import type { Http } from '../respond.js';

/** Milliseconds between comments that keep the connection open. */
const HEARTBEAT = 15_000;
/** Bytes that may wait for a slow reader; it is cut off beyond and comes back with its last id. */
const BACKLOG = 256 * 1024;

export function eventRoutes(app: App, { parts, streams }: Http): void {
  app.get(
    '/v1/events',
    {
      config: {
        operation: {
          id: 'getEvents',
          summary: 'What changed: {kind, id}, as server-sent events',
          description:
            'Resumes after `Last-Event-ID`; an unknown one gets an event called `reset`: read everything again.',
          streams: { 'text/event-stream': 'events {kind, id}' },
        },
      },
    },
    async (request, reply) => {
      const out = new PassThrough();
      const stream = streams.open(request, reply);
      const write = (id: string, event: Event): void => {
        out.write(frame(id, event));
        if (out.writableLength > BACKLOG) finish();
      };
      const unsubscribe = parts.events.subscribe(write);
      const heart = setInterval(() => out.write(': still here\n\n'), HEARTBEAT).unref();
      const finish = (): void => {
        unsubscribe();
        clearInterval(heart);
        stream.signal.removeEventListener('abort', finish);
        stream.close();
        out.end();
      };
      stream.signal.addEventListener('abort', finish);
      out.once('close', finish);

      out.write('retry: 1000\n\n');
      const lastEventId = request.headers['last-event-id'];
      if (typeof lastEventId === 'string') {
        const missed = parts.events.since(lastEventId);
        if (missed === 'reset') out.write(`id: ${parts.events.last}\nevent: reset\ndata: {}\n\n`);
        else for (const { id, event } of missed) write(id, event);
      }
      if (stream.signal.aborted) finish();
      return reply.header('content-type', 'text/event-stream').header('x-accel-buffering', 'no').send(out);
    },
  );
}

function frame(id: string, { kind, id: what }: Event): string {
  return `id: ${id}\ndata: ${JSON.stringify({ kind, id: what })}\n\n`;
}
