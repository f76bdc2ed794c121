/** Open streams (events, logs, commands): each ends when its client goes, its token loses its power, or the daemon stops. */

import type { EventEmitter } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, Parts } from '../parts.js';

export type StreamEnd = 'CLIENT_GONE' | 'TOKEN_REVOKED' | 'DAEMON_STOPPING';

export interface OpenStream {
  /** Aborted with a `StreamEnd` as its reason. */
  readonly signal: AbortSignal;
  /** To be called when the answer is complete. */
  close(): void;
}

/** Who opened a stream; `bearer` is asked again while it is open. */
export interface Opener {
  caller: Caller | null;
  bearer: string | null;
}

export interface Streams {
  open(request: FastifyRequest, reply: FastifyReply): OpenStream;
  /** Of a WebSocket, which ends with it. */
  openSocket(opener: Opener, socket: EventEmitter): OpenStream;
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

  const begin = ({ caller, bearer }: Opener, connection: EventEmitter, finished: () => boolean): OpenStream => {
    const controller = new AbortController();
    const gone = (): void => {
      if (!finished()) stream.end('CLIENT_GONE');
    };
    const stream = {
      token: caller === null || caller.kind === 'daemon' ? null : caller.token,
      bearer,
      end: (reason: StreamEnd) => controller.abort(reason),
    };
    open.add(stream);
    connection.once('close', gone);
    timer ??= setInterval(recheck, RECHECK).unref();
    if (stopping.signal.aborted) stream.end('DAEMON_STOPPING');
    return {
      signal: controller.signal,
      close() {
        connection.removeListener('close', gone);
        open.delete(stream);
        if (open.size === 0 && timer !== null) {
          clearInterval(timer);
          timer = null;
        }
      },
    };
  };

  return {
    stopping: stopping.signal,
    open: (request, reply) => begin(request, reply.raw, () => reply.raw.writableFinished),
    openSocket: (opener, socket) => begin(opener, socket, () => false),
    stop() {
      forget();
      for (const stream of open) stream.end('DAEMON_STOPPING');
      stopping.abort('DAEMON_STOPPING');
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
  };
}
