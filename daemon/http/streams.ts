/** Open streams (events, logs, commands): each ends when its client goes, its token loses its power, or the daemon stops. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Parts } from '../parts.js';

export type StreamEnd = 'CLIENT_GONE' | 'TOKEN_REVOKED' | 'DAEMON_STOPPING';

export interface OpenStream {
  /** Aborted with a `StreamEnd` as its reason. */
  readonly signal: AbortSignal;
  /** To be called when the answer is complete. */
  close(): void;
}

export interface Streams {
  open(request: FastifyRequest, reply: FastifyReply): OpenStream;
  /** Aborted when the daemon stops. */
  readonly stopping: AbortSignal;
  stop(): void;
}

/** Milliseconds between looks at whether the tokens of open streams still hold: expiry and the end of a session have no other herald. */
const RECHECK = 500;

export function createStreams(parts: Pick<Parts, 'vault' | 'onTokenRevoked'>): Streams {
  const open = new Set<{ token: string | null; bearer: string | null; end: (reason: StreamEnd) => void }>();
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | null = null;

  const recheck = (): void => {
    for (const stream of open) {
      const known = stream.bearer === null ? null : parts.vault.tokens.authenticate(stream.bearer);
      if (known === null || 'problem' in known) stream.end('TOKEN_REVOKED');
    }
  };
  const forget = parts.onTokenRevoked((token) => {
    for (const stream of open) if (stream.token === token) stream.end('TOKEN_REVOKED');
  });

  return {
    stopping: stopping.signal,
    open(request, reply) {
      const controller = new AbortController();
      const { caller, bearer } = request;
      const gone = (): void => {
        if (!reply.raw.writableFinished) stream.end('CLIENT_GONE');
      };
      const stream = {
        token: caller === null || caller.kind === 'daemon' ? null : caller.token,
        bearer,
        end: (reason: StreamEnd) => controller.abort(reason),
      };
      open.add(stream);
      reply.raw.once('close', gone);
      timer ??= setInterval(recheck, RECHECK).unref();
      if (stopping.signal.aborted) stream.end('DAEMON_STOPPING');
      return {
        signal: controller.signal,
        close() {
          reply.raw.removeListener('close', gone);
          open.delete(stream);
          if (open.size === 0 && timer !== null) {
            clearInterval(timer);
            timer = null;
          }
        },
      };
    },
    stop() {
      forget();
      for (const stream of open) stream.end('DAEMON_STOPPING');
      stopping.abort('DAEMON_STOPPING');
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
  };
}
