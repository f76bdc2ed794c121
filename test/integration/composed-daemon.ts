/** The daemon as our own docker-compose.yml runs it, on an engine of the test's own and a base image that is made here. */

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientAt, type HttpClient } from '../bench/http-client.js';
import { type Ran, run } from '../engine/command.js';
import { ensureBuild } from '../engine/daemon.js';
import { startEngine, type TestEngine } from '../engine/engine.js';
import { importNodeBase } from '../engine/node-base.js';
import { until } from '../engine/wait.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where our file publishes it, in the network of the engine. */
const ADDRESS = 'http://127.0.0.1:7433';
const TOKEN = '/etc/ampoule/key/operator.token';

export interface ComposedDaemon {
  engine: TestEngine;
  /** Image that our Dockerfile is built on. */
  base: string;
  /** `docker-compose …` with our file; throws unless it ends with 0. Gives stdout. */
  compose(...args: string[]): Promise<string>;
  /** Waits until the daemon is ready; gives the operator's token. */
  ready(): Promise<string>;
  /** Id of the daemon's container. */
  container(): Promise<string>;
  /** The API over the socket in the volume; valid after `ready`. */
  api(token: string): HttpClient;
  /** A script of bash's, as a client on the engine's machine with the README's variables. */
  client(script: string, token: string): Promise<Ran>;
  stop(): Promise<void>;
}

export async function composedDaemon(): Promise<ComposedDaemon> {
  // Its own, since names and port of our file are not to be chosen.
  const engine = await startEngine();
  const directory = mkdtempSync('/tmp/ac-');
  const image = await engine.importBusybox();
  const base = await importNodeBase(engine);
  await ensureBuild('dist');
  const env = {
    DOCKER_HOST: engine.dockerHost,
    AMPOULE_BASE: base,
    AMPOULE_DEFAULT_IMAGE: image,
    AMPOULE_DOCKER_SOCKET: engine.socket,
  };
  const compose = async (...args: string[]): Promise<string> => {
    const all = ['-p', 'ampoule', '-f', `${ROOT}docker-compose.yml`, ...args];
    const ran = await run('docker-compose', all, { env, withinMs: 600_000 });
    if (ran.code !== 0) throw new Error(`docker-compose ${args.join(' ')} ended with ${ran.code}: ${ran.stderr}`);
    return ran.stdout;
  };
  return {
    engine,
    base,
    compose,
    ready: async () => {
      const isReady = async () => (await engine.inNetwork('curl', '-fsS', `${ADDRESS}/readyz`)).code === 0;
      await until('the daemon being ready', isReady, { withinMs: 120_000, explain: () => compose('logs') });
      return (await compose('exec', '-T', 'ampoule', 'cat', TOKEN)).trim();
    },
    container: async () => (await compose('ps', '-q', 'ampoule')).trim(),
    api: (token) => {
      const socket = join(engine.dataRoot, 'volumes/ampoule_run/_data/run/ampoule.sock');
      return clientAt(socket, { authorization: `Bearer ${token}` });
    },
    client: (script, token) =>
      run('nsenter', ['-t', String(engine.guard), '-n', 'bash', '-c', script], {
        cwd: directory,
        withinMs: 600_000,
        env: { AMPOULE_ADDR: ADDRESS, AMPOULE_TOKEN: token, DOCKER_HOST: engine.dockerHost },
      }),
    stop: async () => {
      await engine.stop();
      rmSync(directory, { recursive: true });
    },
  };
}
