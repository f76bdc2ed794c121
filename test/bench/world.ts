/** What the lines are measured in: an engine of the benchmark's own, the built daemon before it, and clients of both. */

import type { TestDaemon } from '../engine/daemon.js';
import { startDaemon } from '../engine/daemon.js';
import type { TestEngine } from '../engine/engine.js';
import { startEngine } from '../engine/engine.js';
import { clientAt, type HttpClient } from './http-client.js';
import { type RawDocker, rawDocker } from './raw-docker.js';

export interface World {
  engine: TestEngine;
  daemon: TestDaemon;
  /** The daemon's API, with the operator's token. */
  api: HttpClient;
  raw: RawDocker;
  image: string;
  /** Reduced counts. */
  quick: boolean;
  /** So many rounds: the first number, or the second for a quick run. */
  rounds(full: number, quick: number): number;
  say(text: string): void;
  close(): Promise<void>;
}

/** Settings of a daemon that is measured: those of production, but for the limit on requests. */
export const MEASURED = { AMPOULE_LOG_LEVEL: 'info', AMPOULE_DELIVERY: 'auto' };

export async function makeWorld(options: { quick: boolean; say(text: string): void }): Promise<World> {
  const engine = await startEngine({ debug: false });
  try {
    const image = await engine.importBusybox();
    const daemon = await startDaemon({ engine, env: MEASURED });
    const api = clientAt(daemon.socket, { authorization: `Bearer ${daemon.token}` });
    const raw = rawDocker(engine.socket);
    return {
      ...{ engine, daemon, api, raw, image },
      ...options,
      rounds: (full, quick) => (options.quick ? quick : full),
      close: async () => {
        api.close();
        raw.close();
        await daemon.remove();
        await engine.stop();
      },
    };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

/** A session with nothing in it, and a secret that is not active anywhere. Names are the caller's, unique in the run. */
export async function sessionWith(world: World, session: string, secrets: readonly string[]): Promise<void> {
  await world.api.must('PUT', `/v1/sessions/${session}`);
  for (const name of secrets) {
    await world.api.must('PUT', `/v1/secrets/${name}/value`, { value: benchValue(name, 0) });
  }
}

/** A value of usual length that says which it is. */
export function benchValue(name: string, version: number): string {
  return `bench-${name.toLowerCase()}-${String(version).padStart(6, '0')}-0123456789abcdef`;
}

/** Declares a sandbox and waits until it runs. Throws unless it has the delivery that was asked for. */
export async function launch(world: World, body: { delivery: 'memory' | 'env'; [member: string]: unknown }) {
  const sandbox = await world.api.must('POST', '/v1/sandboxes?wait=60s', body);
  if (sandbox.state !== 'running' || sandbox.delivery.resolved !== body.delivery) {
    throw new Error(`The sandbox is ${sandbox.state} with delivery ${sandbox.delivery.resolved}: ${sandbox.reason}`);
  }
  return sandbox;
}

/** Throws unless a change is in effect in every sandbox that it concerns. */
export function applied(change: { sandboxes: { name: string; state: string; reason?: string }[] }): void {
  for (const { name, state, reason } of change.sandboxes) {
    if (state !== 'applied') throw new Error(`${name} is ${state}: ${reason ?? 'no reason'}`);
  }
}
