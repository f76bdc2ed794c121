/** Finds a Docker engine that answers, or starts Debian's dockerd with directories, socket and bridge of its own. */

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { must } from './command.js';
import { anotherEngine, BRIDGE, makeBridge, networkBefore } from './firewall.js';
import { note, type Places, readRecord } from './places.js';
import { alive, identify } from './process.js';

export interface FoundEngine {
  dockerHost: string;
  /** Started by a quickstart: this one or an earlier one. */
  ours: boolean;
  /** What happened, for the person. */
  told: string;
}

const USUAL = 'unix:///var/run/docker.sock';

/** An engine that answers: DOCKER_HOST's, the usual socket's, an earlier quickstart's, or a new one. */
export async function findEngine(places: Places, given: string | undefined): Promise<FoundEngine> {
  if (given !== undefined && given !== '') {
    return found(given, false, 'the one that DOCKER_HOST names').catch((cause: unknown) => {
      throw new Error(`The engine that DOCKER_HOST names, ${given}, does not answer. Start it, or unset DOCKER_HOST.`, {
        cause,
      });
    });
  }
  if (await answers('/var/run/docker.sock')) return found(USUAL, false, 'the one that runs here');
  const own = `unix://${places.engine.socket}`;
  if (await answers(places.engine.socket)) return found(own, true, 'the one of the last quickstart');
  if (process.getuid?.() !== 0) {
    throw new Error(
      `No Docker engine answers at ${USUAL}, and only root can start one. Run \`sudo npm run quickstart\`, or set DOCKER_HOST.`,
    );
  }
  await start(places);
  return found(own, true, `started, in ${places.engine.root}`);
}

async function found(dockerHost: string, ours: boolean, told: string): Promise<FoundEngine> {
  const version = await must('docker', ['version', '--format', '{{.Server.Version}}'], { DOCKER_HOST: dockerHost });
  return { dockerHost, ours, told: `Docker ${version.trim()}, ${told}` };
}

async function start(places: Places): Promise<void> {
  const { engine } = places;
  mkdirSync(engine.root, { recursive: true, mode: 0o711 });
  writeFileSync(engine.config, '{}\n');
  const earlier = readRecord(places).engine;
  if (earlier !== undefined && alive(earlier.process)) {
    throw new Error(`The engine of the last quickstart runs and does not answer. See ${engine.log}.`);
  }
  const others = await anotherEngine();
  const before = others ? null : (earlier?.before ?? (await networkBefore()));
  await makeBridge();
  const log = openSync(engine.log, 'a', 0o600);
  const dockerd = spawn(
    'dockerd',
    [
      ...['--config-file', engine.config, '--pidfile', engine.pidFile, '-H', `unix://${engine.socket}`],
      ...['--data-root', engine.data, '--exec-root', engine.exec, '--bridge', BRIDGE],
      // Two engines would take each other's rules for their own.
      ...(others ? ['--iptables=false', '--ip6tables=false'] : []),
    ],
    { detached: true, stdio: ['ignore', log, log], cwd: '/' },
  );
  closeSync(log);
  const failed = new Promise<never>((_, reject) => {
    dockerd.once('error', reject);
    dockerd.once('exit', (code) => reject(new Error(`dockerd ended with ${code}: ${lastLines(engine.log)}`)));
  });
  failed.catch(() => {});
  const started = identify(dockerd.pid ?? 0);
  if (started !== null) note(places, { engine: { process: started, before } });
  await Promise.race([failed, untilAnswers(engine.socket, engine.log)]);
  dockerd.removeAllListeners();
  dockerd.unref();
}

async function untilAnswers(socket: string, log: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await answers(socket)) return;
    await pause(100);
  }
  throw new Error(`The engine did not answer within a minute: ${lastLines(log)}`);
}

/** true when an engine behind this socket answers a ping. */
export function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/_ping', timeout: 3_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
}
