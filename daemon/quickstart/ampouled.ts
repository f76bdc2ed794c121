/** Starts the daemon for the quickstart and leaves it running; finds the one of an earlier run. */

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Api, apiAt } from './api.js';
import { note, type Places, readRecord } from './places.js';
import { alive, end, identify, type Started } from './process.js';
import { digestOf, PROGRAM } from './program.js';
import { vaultHolder } from './vault-holder.js';

const USUAL_PORT = 7433;

export interface RunningDaemon {
  api: Api;
  /** `http://127.0.0.1:7433` */
  address: string;
  pid: number;
  vault: string;
  told: string;
}

/** A daemon of this build that works with this engine; any other that has its vault is replaced. */
export async function findDaemon(
  places: Places,
  engine: { dockerHost: string },
  image: string,
): Promise<RunningDaemon> {
  const build = digestOf(PROGRAM);
  const earlier = readRecord(places).daemon;
  const fits = earlier?.build === build && earlier.dockerHost === engine.dockerHost;
  if (earlier !== undefined && fits && alive(earlier.process)) {
    const api = apiAt(earlier.address, token(places));
    if ((await api.tryGet('/readyz')) === 200) {
      return { api, address: earlier.address, pid: earlier.process.pid, vault: earlier.vault, told: 'runs already' };
    }
  }
  for (const process of daemonsOf(places)) await end(process, 10_000);
  const port = (await free(USUAL_PORT)) ?? (await free(0));
  const address = `http://127.0.0.1:${port}`;
  const { daemon } = places;
  const settings = {
    dataDir: daemon.data,
    keyFile: daemon.key,
    bootstrapTokenFile: daemon.token,
    auditHeadFile: daemon.auditHead,
    runDir: daemon.run,
    socket: daemon.socket,
    listen: `127.0.0.1:${port}`,
    defaultImage: image,
    dockerHost: engine.dockerHost,
  };
  writeFileSync(daemon.config, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  const log = openSync(daemon.log, 'a', 0o600);
  const child = spawn(process.execPath, [PROGRAM, '--config', daemon.config], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    // Nothing of the shell's settings: what is configured stands in the file.
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' },
  });
  closeSync(log);
  let ended: string | null = null;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended = `it ended with ${signal ?? code}`;
  });
  const started = identify(child.pid ?? 0);
  for (let tries = 0; ; tries++) {
    if (ended !== null || tries > 600) {
      const last = readFileSync(daemon.log, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
      throw new Error(`The daemon did not get ready (${ended ?? 'no answer'}): ${last}`);
    }
    if ((await apiAt(address, '').tryGet('/readyz')) === 200) break;
    await pause(50);
  }
  child.removeAllListeners();
  child.unref();
  if (started === null) throw new Error('The daemon cannot be found in /proc. Is /proc mounted?');
  const api = apiAt(address, token(places));
  const vault = String((await api.must('GET', '/v1/vault')).id);
  note(places, { daemon: { process: started, build, address, dockerHost: engine.dockerHost, vault } });
  return { api, address, pid: started.pid, vault, told: `started, listens on ${address}` };
}

/** The daemon that a quickstart started, and one that a person started again with its vault. */
export function daemonsOf(places: Places): Started[] {
  const started = readRecord(places).daemon?.process;
  const holder = vaultHolder(places.daemon.vault);
  const found = started !== undefined && alive(started) ? [started] : [];
  return holder === null || found.some(({ pid }) => pid === holder.pid) ? found : [...found, holder];
}

/** What a person types to start it again, in the foreground. */
export function startLine(places: Places): string {
  return `'${PROGRAM}' --config '${places.daemon.config}'`;
}

function token(places: Places): string {
  return readFileSync(places.daemon.token, 'utf8').trim();
}

/** The port if nothing listens there (any free one for 0); null when it is taken. */
function free(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
