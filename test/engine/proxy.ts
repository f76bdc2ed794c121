/** A proxy in front of an engine's unix socket that misbehaves when told. Looks at method and path only, never at bodies. */

import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pause } from './wait.js';

/**
 * - `delay`: forwards after `ms`
 * - `hang`: takes the call and neither forwards nor answers it, until `release`, `stop` or the client's going
 * - `hang-after`: forwards; the engine does it; the answer never comes
 * - `reset-before`: breaks the connection; the engine never hears of it
 * - `reset-after`: forwards, waits for the engine's answer, breaks the connection instead of passing it on
 * - `status`: answers by itself, 500 unless told, without forwarding
 */
export type Misconduct =
  | { kind: 'delay'; ms: number }
  | { kind: 'hang' }
  | { kind: 'hang-after' }
  | { kind: 'reset-before' }
  | { kind: 'reset-after' }
  | { kind: 'status'; status?: number; message?: string };

export interface Rule {
  /** Any method unless given. */
  method?: string;
  /** Matched against path and query without the `/v1.41`. */
  path: RegExp;
  act: Misconduct;
  /** How many calls it applies to; every one unless given. */
  times?: number;
  /** Lets so many matching calls pass first. */
  after?: number;
}

/** A rule in force. `hits`: calls it applied to. */
export interface RuleInForce {
  readonly hits: number;
  remove(): void;
}

export interface Call {
  method: string;
  /** Path and query without the version. */
  path: string;
  /** What was done to it; null: forwarded as it was. */
  act: Misconduct['kind'] | null;
}

export interface EngineProxy {
  socket: string;
  dockerHost: string;
  /** Every call in order. */
  readonly calls: readonly Call[];
  rule(rule: Rule): RuleInForce;
  /** Takes all rules away and breaks the calls that hang. */
  release(): void;
  stop(): Promise<void>;
}

/** Listens on the unix socket `socket` and forwards to the engine behind `upstream`. */
export async function startProxy(upstream: string, socket: string): Promise<EngineProxy> {
  const rules: { rule: Rule; seen: number; hits: number }[] = [];
  const calls: Call[] = [];
  const hanging = new Set<Duplex>();
  const open = new Set<Socket>();

  const decide = (incoming: IncomingMessage): Misconduct | null => {
    const path = (incoming.url ?? '').replace(/^\/v\d+\.\d+(?=\/)/, '');
    const method = incoming.method ?? '';
    const found = rules.find(({ rule, seen, hits }) => {
      if (rule.method !== undefined && rule.method !== method) return false;
      return rule.path.test(path) && seen >= (rule.after ?? 0) && hits < (rule.times ?? Number.POSITIVE_INFINITY);
    });
    for (const entry of rules) {
      const { rule } = entry;
      if ((rule.method === undefined || rule.method === method) && rule.path.test(path)) entry.seen += 1;
    }
    if (found !== undefined) found.hits += 1;
    calls.push({ method, path, act: found?.rule.act.kind ?? null });
    return found?.rule.act ?? null;
  };
  const hang = (client: Duplex): void => {
    hanging.add(client);
    client.once('close', () => hanging.delete(client));
  };

  // An engine that closes right after its answer would break a call whose last, empty write comes later.
  const upstreamCalls = new Agent({ keepAlive: true, maxFreeSockets: 0 });
  const server = createServer();
  server.requestTimeout = 0;
  server.on('connection', (client: Socket) => {
    open.add(client);
    client.on('error', () => {});
    client.once('close', () => open.delete(client));
  });
  server.on('request', (incoming, answer) => void serve(incoming, answer));
  server.on(
    'upgrade',
    (incoming: IncomingMessage, client: Duplex, head: Buffer) => void hijack(incoming, client, head),
  );

  async function serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const act = decide(incoming);
    if (act?.kind === 'hang') return hang(incoming.socket);
    if (act?.kind === 'reset-before') return void incoming.socket.destroy();
    if (act?.kind === 'status') {
      incoming.resume();
      answer.writeHead(act.status ?? 500, { 'content-type': 'application/json' });
      return void answer.end(JSON.stringify({ message: act.message ?? 'the proxy says no' }));
    }
    if (act?.kind === 'delay') await pause(act.ms);
    const lost = act?.kind === 'reset-after' || act?.kind === 'hang-after';
    const call = request({
      socketPath: upstream,
      agent: upstreamCalls,
      method: incoming.method ?? 'GET',
      path: incoming.url ?? '/',
      headers: incoming.rawHeaders as unknown as Record<string, string>,
    });
    // A client that goes away takes its call with it, as without a proxy; but what is to get lost is done first.
    if (!lost) answer.once('close', () => answer.writableFinished || call.destroy());
    call.on('error', () => answer.writableFinished || incoming.socket.destroy());
    call.on('response', (reply) => {
      if (lost) {
        reply.resume();
        reply.once('close', () => (act.kind === 'hang-after' ? hang(incoming.socket) : incoming.socket.destroy()));
        return;
      }
      answer.writeHead(reply.statusCode ?? 502, reply.rawHeaders as unknown as Record<string, string>);
      answer.flushHeaders();
      reply.pipe(answer);
      reply.once('error', () => incoming.socket.destroy());
    });
    incoming.pipe(call);
  }

  /** Calls whose connection becomes a stream (exec, attach): passed on byte for byte. */
  async function hijack(incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const act = decide(incoming);
    client.on('error', () => {});
    if (act?.kind === 'hang') return hang(client);
    if (act?.kind === 'reset-before') return void client.destroy();
    if (act?.kind === 'status') {
      const body = JSON.stringify({ message: act.message ?? 'the proxy says no' });
      const line = `HTTP/1.1 ${act.status ?? 500} No\r\nContent-Type: application/json\r\nConnection: close\r\n`;
      return void client.end(`${line}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    }
    if (act?.kind === 'delay') await pause(act.ms);
    const engine = connect({ path: upstream, allowHalfOpen: true });
    engine.on('error', () => client.destroy());
    const headers: string[] = [];
    for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
      headers.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}\r\n`);
    }
    engine.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
    engine.write(head);
    if (act?.kind === 'reset-after' || act?.kind === 'hang-after') {
      engine.once('data', () => {
        engine.destroy();
        if (act.kind === 'hang-after') hang(client);
        else client.destroy();
      });
      return;
    }
    client.pipe(engine);
    engine.pipe(client);
    client.once('close', () => engine.destroy());
  }

  const release = (): void => {
    rules.length = 0;
    for (const client of hanging) client.destroy();
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return {
    socket,
    dockerHost: `unix://${socket}`,
    calls,
    rule: (rule) => {
      const entry = { rule, seen: 0, hits: 0 };
      rules.push(entry);
      return {
        get hits() {
          return entry.hits;
        },
        remove: () => {
          const at = rules.indexOf(entry);
          if (at >= 0) rules.splice(at, 1);
        },
      };
    },
    release,
    stop: async () => {
      release();
      const closed = new Promise((resolve) => server.close(resolve));
      for (const client of open) client.destroy();
      upstreamCalls.destroy();
      await closed;
    },
  };
}
