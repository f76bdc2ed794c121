/** A real daemon for a test: the built program in a process of its own, with directories and a socket of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from './command.js';
import { until } from './wait.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface DaemonOptions {
  /** Engine (or a proxy before it) that it works with. */
  engine: { dockerHost: string };
  /** Goes over the harness's own settings. */
  env?: Record<string, string>;
  /** An existing directory, such as the one of a daemon that was killed; a new one unless given. */
  dir?: string;
  /** `dist-test` has failpoints. */
  build?: 'dist' | 'dist-test';
  /** What to wait for: `ready` (unsealed, has looked at Docker), `alive` (answers), or `null`: nothing. */
  wait?: 'ready' | 'alive' | null;
  /** Programs put before node, such as `strace -f -o FILE`. */
  prefix?: string[];
}

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  /** Parsed where it is JSON; else the text. */
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts on it
  body: any;
  bytes: Buffer;
}

export interface ApiOptions {
  /** The operator's token unless given; null sends none. */
  token?: string | null;
  headers?: Record<string, string>;
  /** Sent instead of JSON. */
  raw?: Uint8Array | string;
  withinMs?: number;
}

export interface TestDaemon {
  /** Holds `data`, `run`, `log`, the key, the token. */
  dir: string;
  socket: string;
  /** The operator token that its first start made. */
  readonly token: string;
  pid: number;
  /** Its output so far. */
  log(): string;
  logFile: string;
  /** Variables for a client (CLI, curl). */
  clientEnv(): Record<string, string>;
  /** One request over the unix socket; rejects when no answer came. */
  api(method: string, path: string, body?: unknown, options?: ApiOptions): Promise<Answered>;
  /** As `api`; throws unless the status is 2xx. */
  // biome-ignore lint/suspicious/noExplicitAny: a test asserts on it
  ok(method: string, path: string, body?: unknown, options?: ApiOptions): Promise<any>;
  /** TERM; gives the exit status. Keeps the directory. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits until it is gone. Keeps the directory. */
  kill9(): Promise<void>;
  /** Resolves with status or signal when it ends by itself or otherwise. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Ends it if it runs and removes its directory. */
  remove(): Promise<void>;
}

/** Builds a bundle unless it is there. The runner of `npm test` has built both. */
export async function ensureBuild(build: 'dist' | 'dist-test'): Promise<string> {
  const program = join(ROOT, build, 'ampouled.js');
  if (!existsSync(program)) await must('npm', ['run', build === 'dist' ? 'build' : 'build:test'], { cwd: ROOT });
  return program;
}

/** The environment of a daemon whose files all lie in `dir`. */
export function settingsFor(dir: string, engine: { dockerHost: string }): Record<string, string> {
  return {
    AMPOULE_DATA_DIR: join(dir, 'data'),
    AMPOULE_KEY_FILE: join(dir, 'key/vault.key'),
    AMPOULE_AUDIT_HEAD_FILE: join(dir, 'state/audit-head'),
    AMPOULE_RUN_DIR: join(dir, 'run'),
    AMPOULE_SOCKET: join(dir, 'run/s'),
    AMPOULE_LISTEN: 'off',
    AMPOULE_BOOTSTRAP_TOKEN_FILE: join(dir, 'key/token'),
    AMPOULE_DELIVERY: 'env',
    AMPOULE_DEFAULT_IMAGE: 'ampoule/busybox:latest',
    AMPOULE_LOG_LEVEL: 'debug',
    AMPOULE_RATE_LIMIT: '0',
    DOCKER_HOST: engine.dockerHost,
  };
}

/** Starts a daemon and waits until it is ready. */
export async function startDaemon(options: DaemonOptions): Promise<TestDaemon> {
  const program = await ensureBuild(options.build ?? 'dist');
  const dir = options.dir ?? newDirectory();
  const settings = { ...settingsFor(dir, options.engine), ...options.env };
  const socket = settings.AMPOULE_SOCKET ?? '';
  const logFile = join(dir, 'log');
  const out = openSync(logFile, 'a', 0o600);
  // It ends with us, however we end.
  const tied = ['setpriv', '--pdeathsig', 'KILL', '--'];
  const [file = '', ...args] = [...tied, ...(options.prefix ?? []), process.execPath, program];
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH ?? '', HOME: dir, ...settings },
    stdio: ['ignore', out, out],
    cwd: dir,
  });
  closeSync(out);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const exited = (): boolean => child.exitCode !== null || child.signalCode !== null;

  const daemon: TestDaemon = {
    dir,
    socket,
    get token() {
      return readFileSync(settings.AMPOULE_BOOTSTRAP_TOKEN_FILE ?? '', 'utf8').trim();
    },
    pid: child.pid ?? 0,
    log: () => readFileSync(logFile, 'utf8'),
    logFile,
    clientEnv: () => ({ AMPOULE_ADDR: `unix://${socket}`, AMPOULE_TOKEN: daemon.token }),
    api: (method, path, body, more = {}) => {
      const token = more.token === undefined ? daemon.token : more.token;
      return call(socket, method, path, body, { ...more, token });
    },
    ok: async (method, path, body, more) => {
      const answer = await daemon.api(method, path, body, more);
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      throw new Error(`${method} ${path} answered ${answer.status}: ${answer.bytes.toString()}`);
    },
    stop: async () => {
      if (!exited()) child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 60_000);
      const { code } = await ended;
      clearTimeout(hard);
      return code;
    },
    kill9: async () => {
      if (!exited()) child.kill('SIGKILL');
      await ended;
    },
    ended,
    remove: async () => {
      await daemon.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  const path = { ready: '/readyz', alive: '/healthz' }[options.wait ?? 'ready'];
  if (options.wait !== null) {
    await until(
      `the daemon being ${options.wait ?? 'ready'}`,
      async () => exited() || (await call(socket, 'GET', path, undefined, { token: null }).catch(none))?.status === 200,
      { withinMs: 120_000, explain: () => daemon.log().slice(-4000) },
    );
    if (exited()) throw new Error(`The daemon ended with ${exitOf(child)}:\n${daemon.log().slice(-4000)}`);
  }
  return daemon;
}

/** A directory that goes with this process. */
function newDirectory(): string {
  const dir = mkdtempSync('/tmp/ad-');
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** One request over a unix socket; rejects when no answer came. */
export function call(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  options: ApiOptions & { token: string | null },
): Promise<Answered> {
  const bytes =
    options.raw !== undefined
      ? Buffer.from(options.raw)
      : body === undefined
        ? null
        : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string> = {
    host: 'localhost',
    ...(options.token === null ? {} : { authorization: `Bearer ${options.token}` }),
    ...(bytes === null ? {} : { 'content-length': String(bytes.length) }),
    ...(bytes === null || options.raw !== undefined ? {} : { 'content-type': 'application/json' }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, headers, agent: false, timeout: options.withinMs ?? 90_000 });
    asked.once('timeout', () => asked.destroy(new Error(`${method} ${path} was not answered in time.`)));
    asked.once('error', reject);
    asked.once('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        const all = Buffer.concat(chunks);
        const json = /^application\/(problem\+)?json\b/.test(answer.headers['content-type'] ?? '');
        const text = all.toString();
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: json && text !== '' ? JSON.parse(text) : text,
          bytes: all,
        });
      });
    });
    asked.end(bytes ?? undefined);
  });
}

function none(): null {
  return null;
}

function exitOf(child: ChildProcess): string {
  return child.signalCode ?? String(child.exitCode);
}
