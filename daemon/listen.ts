/** Listens on the unix socket and on TCP. Removes a socket only when nobody answers at it. */

import { once } from 'node:events';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { Config } from './config.js';
import { hostAndPort } from './defaults.js';
import { ConfigError } from './options.js';

export interface Listening {
  /** `unix:///run/ampoule/ampoule.sock`, `http://127.0.0.1:7433` */
  addresses: string[];
}

/** @throws ConfigError when an address is taken or cannot be had. */
export async function listen(
  servers: { socket: Server; tcp: Server },
  config: Pick<Config, 'socket' | 'listen'>,
): Promise<Listening> {
  await removeStale(config.socket);
  // 0600 from the first moment: the mode that a socket is made with follows the umask.
  const umask = process.umask(0o177);
  try {
    await bound(servers.socket, { path: config.socket }, config.socket);
  } finally {
    process.umask(umask);
  }
  chmodSync(config.socket, 0o600);
  if (config.listen === null) return { addresses: [`unix://${config.socket}`] };
  await bound(servers.tcp, config.listen, hostAndPort(config.listen));
  const address = servers.tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.listen.port;
  return { addresses: [`unix://${config.socket}`, `http://${hostAndPort({ ...config.listen, port })}`] };
}

async function bound(
  server: Server,
  to: { path: string } | { host: string; port: number },
  name: string,
): Promise<void> {
  try {
    server.listen(to);
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const option = 'path' in to ? 'AMPOULE_SOCKET' : 'AMPOULE_LISTEN';
    const why = code === 'EADDRINUSE' ? 'another program listens there' : code;
    throw new ConfigError(
      `${name} cannot be listened on: ${why}. Stop that program, or choose another with ${option}.`,
    );
  }
}

/** A socket that a killed daemon left behind: there, and nobody answers. */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new ConfigError(`${path} is there and is no socket. Remove it, or choose another with AMPOULE_SOCKET.`);
  }
  const probe = connect(path);
  const refused = await new Promise<boolean>((resolve) => {
    probe.once('connect', () => resolve(false));
    probe.once('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
  probe.destroy();
  if (!refused) {
    throw new ConfigError(`Another program answers at ${path}. Stop it, or choose another with AMPOULE_SOCKET.`);
  }
  rmSync(path, { force: true });
}
