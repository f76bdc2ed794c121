/** A Docker engine of a test's own: dockerd in its own network and mount namespaces, with its own directories. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importBusybox } from '../../daemon/quickstart/image.js';
import { must, type Ran, type RunOptions, run } from './command.js';
import { ensureEngineNeeds } from './needs.js';
import { membersOf, thaw } from './processes.js';
import { groupOf, PREFIX, sweep } from './sweep.js';
import { until } from './wait.js';

/** Where an engine lies; enough for another process to use it. */
export interface EnginePlace {
  directory: string;
  socket: string;
  /** `unix://…`, for DOCKER_HOST. */
  dockerHost: string;
  dataRoot: string;
  execRoot: string;
  /** dockerd's output at debug level. */
  log: string;
  /** Parent of its containers' control groups. */
  group: string;
  /** Process that holds its namespaces. */
  guard: number;
}

export interface EngineFace extends EnginePlace {
  /** `docker …` on this engine; throws unless it ends with 0. Gives stdout. */
  docker(...args: string[]): Promise<string>;
  /** `docker …` whatever its status. */
  tryDocker(args: string[], options?: RunOptions): Promise<Ran>;
  /** A program in the engine's network namespace, where published ports are. */
  inNetwork(file: string, ...args: string[]): Promise<Ran>;
  /** Makes the image of static busybox (users root and user) unless it is there; gives its name. */
  importBusybox(): Promise<string>;
}

export interface TestEngine extends EngineFace {
  /** dockerd's pid; another one after a restart. */
  readonly pid: number;
  /** Ends containers, engine and namespaces, and removes its directories. */
  stop(): Promise<void>;
  /** SIGKILL for dockerd and containerd, and unless `keepContainers` for shims and containers too. */
  kill(options?: { keepContainers?: boolean }): Promise<void>;
  /** SIGSTOP: connections are accepted and nothing answers. */
  pause(): void;
  resume(): void;
  /** TERM, wait, start again; after `kill` it starts. */
  restart(): Promise<void>;
}

export interface EngineOptions {
  /** Members of daemon.json, such as `{"live-restore": true}`. */
  config?: Record<string, unknown>;
  /** Its log at debug level; true unless told. */
  debug?: boolean;
}

const GUARD = fileURLToPath(new URL('./guard.sh', import.meta.url));

/** Starts an engine and waits until it answers. It ends with this process at the latest, however that dies. */
export async function startEngine(options: EngineOptions = {}): Promise<TestEngine> {
  await ensureEngineNeeds();
  sweep();
  // Short, for a unix socket's path holds 107 bytes and containerd's lies deeper.
  const directory = mkdtempSync(PREFIX);
  const group = groupOf(directory);
  const guard = await startGuard(directory, group);
  const place = placeOf(directory, group, guard.pid ?? 0);
  mkdirSync(place.dataRoot, { mode: 0o711 });
  mkdirSync(join(directory, 'cli'));
  writeFileSync(join(directory, 'daemon.json'), JSON.stringify(options.config ?? {}));
  const start = (): Promise<ChildProcess> => startDockerd(place, options.debug !== false ? ['--debug'] : []);
  let dockerd = await start();

  const stopDockerd = async (): Promise<void> => {
    if (ended(dockerd)) return;
    const gone = new Promise((resolve) => dockerd.once('exit', resolve));
    dockerd.kill('SIGCONT');
    dockerd.kill('SIGTERM');
    const hard = setTimeout(() => dockerd.kill('SIGKILL'), 30_000);
    await gone;
    clearTimeout(hard);
  };
  return {
    ...attach(place),
    get pid() {
      return dockerd.pid ?? 0;
    },
    stop: async () => {
      guard.ref();
      const gone = new Promise((resolve) => guard.once('exit', resolve));
      guard.stdin?.end();
      if (!ended(guard)) await gone;
    },
    kill: async ({ keepContainers = false } = {}) => {
      // Again until none is left, since containerd may just be starting one.
      await until('the engine being dead', () => {
        const alive = membersOf(place, keepContainers ? ['dockerd', 'containerd'] : 'all');
        for (const pid of alive) signal(pid, 'SIGKILL');
        if (!keepContainers) thaw(place.group);
        return alive.length === 0;
      });
      // Where pid 1 is slow to reap, the next dockerd takes the zombie for a containerd that runs.
      rmSync(join(place.execRoot, 'containerd/containerd.pid'), { force: true });
    },
    pause: () => void dockerd.kill('SIGSTOP'),
    resume: () => void dockerd.kill('SIGCONT'),
    restart: async () => {
      await stopDockerd();
      dockerd = await start();
    },
  };
}

/** Works with an engine that another process started and ends. */
export function attach(place: EnginePlace): EngineFace {
  const env = { DOCKER_HOST: place.dockerHost, DOCKER_CONFIG: join(place.directory, 'cli'), DOCKER_CONTEXT: undefined };
  const docker = (...args: string[]): Promise<string> => must('docker', args, { env });
  return {
    ...place,
    docker,
    tryDocker: (args, options = {}) => run('docker', args, { ...options, env: { ...options.env, ...env } }),
    inNetwork: (file, ...args) => run('nsenter', ['-t', String(place.guard), '-n', file, ...args]),
    importBusybox: async () => (await importBusybox({ dockerHost: place.dockerHost })).image,
  };
}

function placeOf(directory: string, group: string, guard: number): EnginePlace {
  const socket = join(directory, 's');
  return {
    directory,
    socket,
    dockerHost: `unix://${socket}`,
    dataRoot: join(directory, 'data'),
    execRoot: join(directory, 'x'),
    log: join(directory, 'log'),
    group,
    guard,
  };
}

async function startGuard(directory: string, group: string): Promise<ChildProcess> {
  const guard = spawn('unshare', ['--net', '--mount', '--propagation', 'slave', 'sh', GUARD, directory, group], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    guard.once('error', reject);
    guard.once('exit', (code) => reject(new Error(`The engine's namespaces could not be made (status ${code}).`)));
    guard.stdout?.once('data', () => resolve());
  });
  guard.removeAllListeners('exit');
  // The pipe's end is what tells the guard that we are gone; it must not keep us alive.
  guard.unref();
  for (const pipe of [guard.stdin, guard.stdout]) if (pipe instanceof Socket) pipe.unref();
  return guard;
}

async function startDockerd(place: EnginePlace, more: readonly string[]): Promise<ChildProcess> {
  const log = openSync(place.log, 'a');
  const dockerd = spawn(
    'nsenter',
    [
      ...['-t', String(place.guard), '-n', '-m', '--', 'dockerd', ...more],
      ...['--config-file', join(place.directory, 'daemon.json'), '--pidfile', join(place.directory, 'pid')],
      ...['--data-root', place.dataRoot, '--exec-root', place.execRoot, '-H', place.dockerHost],
      ...['--exec-opt', 'native.cgroupdriver=cgroupfs', '--cgroup-parent', `/${place.group}`],
    ],
    { detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  dockerd.unref();
  await until('the engine answering', () => ended(dockerd) || answers(place.socket), {
    withinMs: 90_000,
    explain: () => tail(place.log),
  });
  if (ended(dockerd)) throw new Error(`dockerd ended with ${dockerd.exitCode}:\n${tail(place.log)}`);
  return dockerd;
}

/** true when an engine behind this socket answers a ping. */
export function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/_ping', timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-25).join('\n');
}
