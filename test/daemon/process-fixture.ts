/** The real `ampouled`, bundled from today's sources, in a process of its own, with its own directories and no Docker engine. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { bundle } from '../../daemon/build.js';

/** Below node_modules, so that the bundle finds what is not in it. */
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}
export interface Running {
  child: ChildProcess;
  /** What it said until it was ready. */
  said: string;
  ended: Promise<Ended>;
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  get(
    path: string,
    options?: { method?: string; body?: unknown; token?: string },
  ): Promise<{ status: number; body: string }>;
}
export interface Home {
  dir: string;
  env: Record<string, string>;
  token(): string;
  /** Runs a command to its end. */
  run(args: string[], env?: Record<string, string>): Promise<Ended>;
  /** Starts the daemon and waits until it says that it is ready. */
  start(env?: Record<string, string>): Promise<Running>;
}

/** Bundles once for a test file; gone when its tests are. */
export async function bundled(t: Pick<Test, 'teardown'>, options = { test: false }): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const outdir = mkdtempSync(join(CACHE, 'ampoule-'));
  t.teardown(() => rmSync(outdir, { recursive: true, force: true }));
  await bundle(outdir, options);
  return outdir;
}

/** @param programs directory that `bundled` gave */
export function home(t: Pick<Test, 'teardown'>, programs: string): Home {
  const dir = mkdtempSync(join(tmpdir(), 'ampoule-'));
  const alive = new Set<ChildProcess>();
  t.teardown(() => {
    for (const child of alive) child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
  const base = {
    PATH: process.env.PATH ?? '',
    HOME: dir,
    AMPOULE_CONFIG: '',
    AMPOULE_DATA_DIR: join(dir, 'data'),
    AMPOULE_KEY_FILE: join(dir, 'etc', 'vault.key'),
    AMPOULE_AUDIT_HEAD_FILE: join(dir, 'state', 'audit-head'),
    AMPOULE_RUN_DIR: join(dir, 'run'),
    AMPOULE_BOOTSTRAP_TOKEN_FILE: join(dir, 'etc', 'operator.token'),
    AMPOULE_LISTEN: 'off',
    AMPOULE_LOG_LEVEL: 'warn',
    DOCKER_HOST: `unix://${join(dir, 'no-docker.sock')}`,
  };
  const launch = (args: string[], env: Record<string, string>) => {
    const child = spawn(process.execPath, [join(programs, 'ampouled.js'), ...args], {
      env: { ...base, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    alive.add(child);
    const finish = async (): Promise<Ended> => {
      const [stdout, stderr, [code, signal]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ]);
      alive.delete(child);
      return { code, signal, stdout, stderr };
    };
    return { child, ended: finish() };
  };

  return {
    dir,
    env: base,
    token: () => readFileSync(base.AMPOULE_BOOTSTRAP_TOKEN_FILE, 'utf8').trim(),
    run: (args, env = {}) => launch(args, env).ended,
    async start(env = {}) {
      const { child, ended } = launch([], env);
      let said = '';
      const ready = new Promise<void>((resolve) =>
        child.stdout.on('data', (chunk) => {
          said += String(chunk);
          if (/ is ready at /.test(said)) resolve();
        }),
      );
      const early = await Promise.race([ready, ended]);
      if (early !== undefined) throw new Error(`it ended before it was ready: ${early.code} ${early.stderr}`);
      const socketPath = env.AMPOULE_SOCKET ?? join(dir, 'run', 'ampoule.sock');
      return {
        child,
        said,
        ended,
        async stop(signal = 'SIGTERM') {
          child.kill(signal);
          return ended;
        },
        async get(path, { method = 'GET', body, token } = {}) {
          const sent = request({
            ...{ socketPath, path, method },
            headers: {
              host: 'localhost',
              ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
              ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            },
          });
          sent.end(body === undefined ? undefined : JSON.stringify(body));
          const [answer] = await once(sent, 'response');
          return { status: answer.statusCode, body: await text(answer) };
        },
      };
    },
  };
}
