/** Sends calls to a Docker engine through docker-modem, each bounded; knows no route. */

import type { Readable } from 'node:stream';
import { bounded, type CallScope } from './call.js';

/** Deadlines in milliseconds: of calls that look, and of calls that act. */
export const LOOK = 2_000;
export const ACT = 10_000;

export interface Dial {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: object;
  file?: Buffer;
  /** Statuses that are no error beside 200, 201, 204. */
  accept?: number[];
  stream?: boolean;
  hijack?: boolean;
}

/** The part of docker-modem that is used. */
export interface Modem {
  dial(options: object, callback: (error: Error | null, answer: unknown) => void): void;
}

export interface Dialler {
  /** One call and its answer; `also` ends it early. */
  ask<T>(call: string, deadlineMs: number, dial: Dial, also?: AbortSignal): Promise<T>;
  /** A call whose answer goes on, until `also` ends it. */
  open(call: string, deadlineMs: number, also: AbortSignal, dial: Dial): Promise<Readable>;
  within(signal: AbortSignal): Dialler;
  /** The signal that it lies within was given. */
  abandoned(): boolean;
}

/** dockerode's own methods put every option of a create into the URL, values too; here query and body are apart. */
export function diallerOver(modem: Modem, scope: CallScope): Dialler {
  const send = <T>(dial: Dial, signal: AbortSignal): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const options = {
        path: `${dial.path}?`,
        method: dial.method,
        statusCodes: Object.fromEntries([200, 201, 204, ...(dial.accept ?? [])].map((status) => [status, true])),
        abortSignal: signal,
        isStream: dial.stream ?? false,
        hijack: dial.hijack ?? false,
        openStdin: dial.hijack ?? false,
        options: { _query: dial.query ?? {}, _body: dial.body ?? {} },
        ...(dial.file ? { file: dial.file } : {}),
      };
      modem.dial(options, (error, answer) => (error ? reject(error) : resolve(answer as T)));
    });
  return {
    ask: <T>(call: string, deadlineMs: number, dial: Dial, also?: AbortSignal) =>
      bounded(scope, call, deadlineMs, (signal) => send<T>(dial, signal), also ? { also } : {}),
    open: (call, deadlineMs, also, dial) =>
      bounded(scope, call, deadlineMs, (signal) => send<Readable>({ ...dial, stream: true }, signal), {
        also,
        goesOn: (stream, release) => stream.once('close', release),
      }),
    within: (signal) =>
      diallerOver(modem, {
        ...scope,
        outer: scope.outer === null ? signal : AbortSignal.any([scope.outer, signal]),
      }),
    abandoned: () => scope.outer?.aborted ?? false,
  };
}
