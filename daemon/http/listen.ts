/** Serves an app on the unix socket and on TCP. Takes over the socket of a daemon that is gone, never of one that answers. */

import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { hostAndPort } from '../defaults.js';
import { ConfigError } from '../options.js';
import { endServer, makeServer } from './servers.js';

const PROBE = 1_000;
/** Milliseconds for which a process that a killed daemon was just starting may still hold its sockets, and between two looks. */
const LINGER = { most: 5_000, look: 50 };
/** Bytes that the kernel keeps of a socket's path; a longer one would be cut without a word. */
const LONGEST_PATH = 107;

export interface Listening {
  /** `unix:///run/ampoule/ampoule.sock`, `http://127.0.0.1:7433` */
  addresses: string[];
  /** Takes no new connections, ends streams, lets answers finish, closes the app. */
  close(): Promise<void>;
}

/** Rejects with ConfigError when an address is taken or cannot be had; then nothing is left listening. */
export async function listen(app: FastifyInstance, config: Pick<Config, 'socket' | 'listen'>): Promise<Listening> {
  const socket = makeServer(app);
  const tcp = makeServer(app);
  const close = async (): Promise<void> => {
    const ends = [socket, tcp].filter(({ listening }) => listening).map(endServer);
    await app.close();
    await Promise.all(ends);
  };
  try {
    await claim(config.socket);
    await bindSocket(socket, config.socket);
    const addresses = [`unix://${config.socket}`];
    if (config.listen !== null) {
      await bindPort(tcp, config.listen);
      const address = tcp.address();
      const port = typeof address === 'object' && address !== null ? address.port : config.listen.port;
      addresses.push(`http://${hostAndPort({ ...config.listen, port })}`);
    }
    return { addresses, close };
  } catch (error) {
    await Promise.all([socket, tcp].filter(({ listening }) => listening).map(endServer));
    throw error;
  }
}

/** 0600 from the first moment on: the mode that a socket is made with follows the umask. */
async function bindSocket(server: Server, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const before = process.umask(0o177);
  try {
    await bind(server, { path }, path, 'AMPOULE_SOCKET');
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o600);
}

async function bindPort(server: Server, where: { host: string; port: number }): Promise<void> {
  const end = Date.now() + LINGER.most;
  for (;;) {
    try {
      return await bind(server, where, hostAndPort(where), 'AMPOULE_LISTEN');
    } catch (error) {
      const cause = error instanceof ConfigError ? (error.cause as NodeJS.ErrnoException) : null;
      const taken = cause?.code === 'EADDRINUSE';
      if (!taken || Date.now() > end) throw error;
      await setTimeout(LINGER.look);
    }
  }
}

function bind(
  server: Server,
  where: { path: string } | { host: string; port: number },
  name: string,
  option: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const why = error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? 'unknown error');
      const todo = `Stop that program, or choose another with ${option}.`;
      reject(new ConfigError(`${name} cannot be listened on: ${why}. ${todo}`, { cause: error }));
    };
    server.once('error', failed);
    server.listen(where, () => {
      server.removeListener('error', failed);
      resolve();
    });
  });
}

/** Removes the socket file that a killed daemon left; rejects if somebody answers on it or it is no socket. */
async function claim(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new ConfigError(`${path} is longer than ${LONGEST_PATH} bytes. Choose a shorter path with AMPOULE_SOCKET.`);
  }
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) {
    throw new ConfigError(`${path} is there and is no socket. Remove it, or choose another with AMPOULE_SOCKET.`);
  }
  const end = Date.now() + LINGER.most;
  while (await answers(path)) {
    if (Date.now() > end)
      throw new ConfigError(`Another program answers at ${path}. Stop it, or choose another with AMPOULE_SOCKET.`);
    await setTimeout(LINGER.look);
  }
  rmSync(path, { force: true });
}

/** Only a refusal, or no socket any more, says that nobody is there. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection({ path });
    const done = (answer: boolean): void => {
      probe.destroy();
      resolve(answer);
    };
    probe.setTimeout(PROBE, () => done(true));
    probe.once('connect', () => done(true));
    probe.once('error', (error: NodeJS.ErrnoException) => done(!['ECONNREFUSED', 'ENOENT'].includes(error.code ?? '')));
  });
}
