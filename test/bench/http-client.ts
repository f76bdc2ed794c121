/** HTTP over a unix socket that stays open, with nothing between: the same client for the daemon and for Docker's API. */

import { Agent, request } from 'node:http';

export interface HttpAnswer {
  status: number;
  bytes: Buffer;
}

export interface HttpClient {
  /** Resolves whatever the status is, when the whole answer is there. */
  call(method: string, path: string, body?: unknown): Promise<HttpAnswer>;
  /** As `call`; throws unless the status is 2xx or one of `also`. Gives the parsed body, or the text of what is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of two APIs, looked at by whoever asked
  must(method: string, path: string, body?: unknown, also?: readonly number[]): Promise<any>;
  close(): void;
}

/** @param headers sent with each request, such as the token. */
export function clientAt(socketPath: string, headers: Record<string, string> = {}): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const call = (method: string, path: string, body?: unknown): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body));
      const asked = request({
        ...{ socketPath, agent, method, path, timeout: 120_000 },
        headers: {
          host: 'localhost',
          ...headers,
          ...(bytes === null ? {} : { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
        },
      });
      asked.once('timeout', () => asked.destroy(new Error(`${method} ${path} was not answered in time.`)));
      asked.once('error', reject);
      asked.once('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, bytes: Buffer.concat(chunks) }));
      });
      asked.end(bytes ?? undefined);
    });
  return {
    call,
    must: async (method, path, body, also = []) => {
      const { status, bytes } = await call(method, path, body);
      if ((status < 200 || status > 299) && !also.includes(status)) {
        throw new Error(`${method} ${path} answered ${status}: ${bytes.toString().slice(0, 2000)}`);
      }
      const text = bytes.toString();
      return /^[[{]/.test(text) ? JSON.parse(text) : text;
    },
    close: () => agent.destroy(),
  };
}
