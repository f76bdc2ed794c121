/** A daemon with `memory` delivery and images in the official style, and what the tests of compatibility ask of them. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import type { Test } from 'tap';
import { type Ran, run } from '../engine/command.js';
import { startDaemon, type TestDaemon } from '../engine/daemon.js';
import type { EngineFace } from '../engine/engine.js';
import { type DebianImages, debianImages } from '../engine/images.js';
import { environments } from '../engine/observer.js';
import { sharedEngine } from '../engine/shared.js';

export interface Compatibility {
  engine: EngineFace;
  daemon: TestDaemon;
  images: DebianImages;
  /** Launches a sandbox in a session of its name, with these secrets active from the start. */
  launch(name: string, wanted: Record<string, unknown>, active?: string[]): Promise<string>;
  /** Makes a secret active in the session, or takes it back; in effect when it resolves. */
  set(session: string, secret: string, on: boolean): Promise<void>;
  /** A command over the API. */
  exec(name: string, command: string | string[], more?: Record<string, unknown>): Promise<Result>;
  /** `docker exec`; with nothing in stdout and stderr that was not the command's. */
  dockerExec(container: string, words: string[], options?: string[]): Promise<Ran>;
}

export interface Result {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Starts what the tests of one file share; ends with it. */
export async function compatibility(t: Test): Promise<Compatibility> {
  const engine = await sharedEngine();
  t.teardown(() => engine.done());
  await engine.importBusybox();
  const images = await debianImages(engine);
  const daemon = await startDaemon({ engine, env: { AMPOULE_DELIVERY: 'memory' } });
  t.teardown(() => daemon.remove());
  const set = async (session: string, secret: string, on: boolean): Promise<void> => {
    const path = `/v1/sessions/${session}/secrets/${secret}?wait=60s`;
    const answer = await daemon.api(on ? 'PUT' : 'DELETE', path, on ? {} : undefined);
    if (answer.status !== 200) throw new Error(`${secret} in ${session}: ${answer.status} ${answer.bytes}`);
  };
  return {
    engine,
    daemon,
    images,
    set,
    launch: async (name, wanted, active = []) => {
      await daemon.ok('PUT', `/v1/sessions/${name}`, { idle: 'never', onResume: 'restore' });
      for (const secret of active) await set(name, secret, true);
      const body = { name, session: name, network: 'none', idle: 'never', grace: '0s', ...wanted };
      const answer = await daemon.api('POST', '/v1/sandboxes?wait=60s', body);
      if (answer.status !== 201 || answer.body.delivery?.resolved !== 'memory')
        throw new Error(`${name} was not launched: ${answer.status} ${answer.bytes}`);
      return answer.body.containerId;
    },
    exec: (name, command, more = {}) =>
      daemon.ok('POST', `/v1/sandboxes/${name}/exec`, { command, masking: false, ...more }, { withinMs: 600_000 }),
    dockerExec: (container, words, options = []) => engine.tryDocker(['exec', ...options, container, ...words]),
  };
}

/** A process of a container as the host sees it. */
export interface Seen {
  pid: number;
  /** Its words with spaces between them. */
  command: string;
  variables: Map<string, Buffer>;
  /** Bytes that it has written so far. */
  written: number;
}

/** Everything that runs in a container. */
export function processesOf(container: string): Seen[] {
  return environments(container).flatMap((process) => {
    try {
      const command = readFileSync(`/proc/${process.pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const written = Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${process.pid}/io`, 'utf8'))?.[1]);
      return [{ ...process, command, written }];
    } catch {
      return [];
    }
  });
}

/** Whether a process is in the group that its terminal listens to. */
export function inFront(pid: number): boolean {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return fields[2] === fields[5];
}

/** Where this engine is reached by docker's other programs. */
export function dockerCompose(engine: EngineFace, args: string[]): Promise<Ran> {
  return run('docker-compose', args, { env: { DOCKER_HOST: engine.dockerHost } });
}

/** A command whose output is read as it comes. */
export interface Reading {
  /** Bytes and digest of its stdout, and its status. */
  whole: Promise<{ bytes: number; sha256: string; code: number | null }>;
  /** Nothing is read until {@link resume}. */
  pause(): void;
  resume(): void;
}

/** Runs a command over the API and reads its records. */
export function read(daemon: TestDaemon, name: string, command: string[]): Reading {
  const asked = request({
    ...{ socketPath: daemon.socket, path: `/v1/sandboxes/${name}/exec`, method: 'POST', agent: false },
    headers: {
      ...{ host: 'localhost', authorization: `Bearer ${daemon.token}`, accept: 'application/x-ndjson' },
      'content-type': 'application/json',
    },
  });
  let source: { pause(): void; resume(): void } = { pause: () => {}, resume: () => {} };
  let paused = false;
  const whole = new Promise<{ bytes: number; sha256: string; code: number | null }>((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (answer) => {
      source = answer;
      if (answer.statusCode !== 200) {
        answer
          .setEncoding('utf8')
          .once('data', (text) => reject(new Error(`it answered ${answer.statusCode}: ${text}`)));
        return;
      }
      const hash = createHash('sha256');
      let bytes = 0;
      let code: number | null = null;
      const lines = createInterface({ input: answer });
      if (paused) lines.pause();
      source = lines;
      lines.on('line', (line) => {
        const record = JSON.parse(line);
        if (record.exit !== undefined) code = record.exit.code;
        if (record.stream !== 'stdout') return;
        const data = record.base64 === undefined ? Buffer.from(record.data) : Buffer.from(record.base64, 'base64');
        bytes += data.length;
        hash.update(data);
      });
      lines.once('close', () => resolve({ bytes, sha256: hash.digest('hex'), code }));
    });
  });
  asked.end(JSON.stringify({ command, masking: false }));
  return {
    whole,
    pause: () => {
      paused = true;
      source.pause();
    },
    resume: () => {
      paused = false;
      source.resume();
    },
  };
}
