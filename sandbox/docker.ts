/** Speaks to a Docker engine: the one file that knows dockerode. Decides nothing; every call is bounded (sandbox/engine-call.ts). */

import type { Duplex, Readable } from 'node:stream';
import Docker from 'dockerode';
import { directoryEntry, firstEntry } from './archive.js';
import type {
  ContainerListed,
  ContainerRequest,
  ContainerSeen,
  Engine,
  EngineEvent,
  ExecSeen,
  ExecSpec,
  ImageSeen,
  PathSeen,
  VolumeSeen,
} from './engine.js';
import { UnknownOutcome } from './engine.js';
import { containerFrom, imageFrom, statusFrom } from './engine-answers.js';
import { bounded, type Caller } from './engine-call.js';
import { Missing, refusalOf } from './engine-errors.js';
import { SandboxError } from './errors.js';
import type { Failpoint } from './types.js';

/** Milliseconds. */
const LOOK = 2_000;
const ACT = 10_000;
/** A pull without progress for this long has failed. */
const PULL_IDLE = 60_000;

interface Dial {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: object;
  file?: Buffer;
  /** Statuses that are no error beside 200, 201, 204. */
  accept?: number[];
  stream?: boolean;
  hijack?: boolean;
}
interface Modem {
  dial(options: object, callback: (error: Error | null, answer: unknown) => void): void;
}

/**
 * Connects to `unix://PATH` or `tcp://HOST:PORT`. Nothing is sent yet. dockerode's own methods put every option of a
 * create into the URL, values of secrets too, so routes are dialled here with query and body apart.
 */
export function connectEngine(options: { host: string; failpoint?: Failpoint }): Engine {
  const docker = new Docker(connection(options.host));
  const modem: Modem = docker.modem;
  return new DockerEngine(modem, { failpoint: options.failpoint ?? (() => {}), outer: null });
}

function connection(host: string): Docker.DockerOptions {
  // Each member is given, so that dockerode's own reading of DOCKER_HOST cannot mix in.
  const plain = { protocol: 'http' as const, headers: { Connection: 'close' } };
  const socket = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  if (socket) return { ...plain, socketPath: socket, host: undefined, port: undefined };
  const [, name, port] = /^(?:tcp|http):\/\/([^:/]+):(\d+)\/?$/.exec(host) ?? [];
  if (name && port) return { ...plain, host: name, port: Number(port), socketPath: undefined };
  throw new SandboxError(
    'ENGINE_UNREACHABLE',
    'The address of Docker is neither unix:///PATH nor tcp://HOST:PORT. Set DOCKER_HOST=unix:///var/run/docker.sock.',
  );
}

class DockerEngine implements Engine {
  readonly #modem: Modem;
  readonly #caller: Caller;

  constructor(modem: Modem, caller: Caller) {
    this.#modem = modem;
    this.#caller = caller;
  }

  within(signal: AbortSignal): Engine {
    const outer = this.#caller.outer === null ? signal : AbortSignal.any([this.#caller.outer, signal]);
    return new DockerEngine(this.#modem, { ...this.#caller, outer });
  }

  async ping(): Promise<void> {
    await this.#ask('ping', LOOK, { method: 'GET', path: '/_ping' });
  }

  async version(): Promise<{ version: string; apiVersion: string; os: string; arch: string }> {
    const answer = await this.#ask<{ Version: string; ApiVersion: string; Os: string; Arch: string }>('version', LOOK, {
      method: 'GET',
      path: '/version',
    });
    return { version: answer.Version, apiVersion: answer.ApiVersion, os: answer.Os, arch: answer.Arch };
  }

  async info() {
    const answer = await this.#ask<{
      ID: string;
      NCPU: number;
      CgroupVersion?: string;
      CgroupDriver: string;
      LiveRestoreEnabled: boolean;
      DockerRootDir: string;
    }>('info', LOOK, { method: 'GET', path: '/info' });
    return {
      id: answer.ID,
      cpus: answer.NCPU,
      cgroupVersion: answer.CgroupVersion === '2' ? ('2' as const) : ('1' as const),
      cgroupDriver: answer.CgroupDriver,
      liveRestore: answer.LiveRestoreEnabled,
      dataRoot: answer.DockerRootDir,
    };
  }

  async list(labels: string[]): Promise<ContainerListed[]> {
    const answer = await this.#ask<
      { Id: string; Names: string[] | null; State: string; Labels: Record<string, string> | null }[]
    >('list', LOOK, {
      method: 'GET',
      path: '/containers/json',
      query: { all: '1', filters: JSON.stringify({ label: labels }) },
    });
    return answer.map((one) => ({
      id: one.Id,
      names: (one.Names ?? []).map((name) => name.replace(/^\//, '')),
      state: statusFrom(one.State),
      labels: one.Labels ?? {},
    }));
  }

  async inspect(reference: string): Promise<ContainerSeen | null> {
    const info = await unlessMissing(
      this.#ask<Docker.ContainerInspectInfo>('inspect', LOOK, {
        method: 'GET',
        path: `/containers/${encodeURIComponent(reference)}/json`,
      }),
    );
    return info && containerFrom(info);
  }

  async inspectImage(reference: string): Promise<ImageSeen | null> {
    const info = await unlessMissing(
      this.#ask<Docker.ImageInspectInfo>('inspectImage', LOOK, {
        method: 'GET',
        path: `/images/${reference.split('/').map(encodeURIComponent).join('/')}/json`,
      }),
    );
    return info && imageFrom(info);
  }

  async pull(
    reference: string,
    options: { progress?: (line: string) => void; signal?: AbortSignal } = {},
  ): Promise<void> {
    const { name, tag } = tagged(reference);
    const idle = new AbortController();
    let timer = setTimeout(() => idle.abort(), PULL_IDLE);
    const engine = options.signal ? AbortSignal.any([idle.signal, options.signal]) : idle.signal;
    try {
      const stream = await this.#open('pull', PULL_IDLE, engine, {
        method: 'POST',
        path: '/images/create',
        query: { fromImage: name, tag },
        stream: true,
      });
      for await (const line of lines(stream)) {
        clearTimeout(timer);
        timer = setTimeout(() => idle.abort(), PULL_IDLE);
        const said = parsed<{ status?: string; error?: string }>(line);
        if (said?.error !== undefined) throw new Error(said.error);
        if (said?.status) options.progress?.(said.status);
      }
    } catch (error) {
      if (options.signal?.aborted) throw new UnknownOutcome('pull', 'it was given up');
      throw refusalOf('pull', error);
    } finally {
      clearTimeout(timer);
    }
  }

  async create(name: string, request: ContainerRequest): Promise<{ id: string }> {
    const answer = await this.#ask<{ Id: string }>('create', ACT, {
      method: 'POST',
      path: '/containers/create',
      query: { name },
      body: request,
    });
    return { id: answer.Id };
  }

  async start(id: string): Promise<void> {
    await this.#ask('start', ACT, { method: 'POST', path: `/containers/${id}/start`, accept: [304] });
  }

  async kill(id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#ask('kill', ACT, {
      method: 'POST',
      path: `/containers/${id}/kill`,
      query: { signal },
      accept: [404, 409],
    });
  }

  async waitStopped(id: string, withinMs: number): Promise<boolean> {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), withinMs);
    try {
      await this.#open('wait', withinMs + ACT, control.signal, {
        method: 'POST',
        path: `/containers/${id}/wait`,
        accept: [404],
      });
      return true;
    } catch (error) {
      if (control.signal.aborted && !this.#caller.outer?.aborted) return false;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async unpause(id: string): Promise<void> {
    await this.#ask('unpause', ACT, { method: 'POST', path: `/containers/${id}/unpause`, accept: [404] });
  }

  async remove(id: string, options: { volumes: boolean }): Promise<void> {
    await this.#ask('remove', ACT, {
      method: 'DELETE',
      path: `/containers/${id}`,
      query: { force: '1', v: options.volumes ? '1' : '0' },
      accept: [404],
    });
  }

  async rename(id: string, name: string): Promise<void> {
    await this.#ask('rename', ACT, { method: 'POST', path: `/containers/${id}/rename`, query: { name } });
  }

  async createVolume(name: string, labels: Record<string, string>): Promise<void> {
    await this.#ask('createVolume', ACT, {
      method: 'POST',
      path: '/volumes/create',
      body: { Name: name, Labels: labels },
    });
  }

  async inspectVolume(name: string): Promise<VolumeSeen | null> {
    const answer = await unlessMissing(
      this.#ask<{ Name: string; Labels: Record<string, string> | null }>('inspectVolume', LOOK, {
        method: 'GET',
        path: `/volumes/${encodeURIComponent(name)}`,
      }),
    );
    return answer && { name: answer.Name, labels: answer.Labels ?? {} };
  }

  async removeVolume(name: string): Promise<void> {
    await this.#ask('removeVolume', ACT, {
      method: 'DELETE',
      path: `/volumes/${encodeURIComponent(name)}`,
      accept: [404],
    });
  }

  async listVolumes(labels: string[]): Promise<string[]> {
    const answer = await this.#ask<{ Volumes: { Name: string }[] | null }>('listVolumes', LOOK, {
      method: 'GET',
      path: '/volumes',
      query: { filters: JSON.stringify({ label: labels }) },
    });
    return (answer.Volumes ?? []).map((volume) => volume.Name);
  }

  async inspectNetwork(name: string): Promise<{ id: string; name: string } | null> {
    const answer = await unlessMissing(
      this.#ask<{ Id: string; Name: string }>('inspectNetwork', LOOK, {
        method: 'GET',
        path: `/networks/${encodeURIComponent(name)}`,
      }),
    );
    return answer && { id: answer.Id, name: answer.Name };
  }

  async putDirectory(id: string, path: string, owner: { uid: number; gid: number; mode: number }): Promise<void> {
    const at = path.replace(/\/+$/, '');
    const cut = at.lastIndexOf('/');
    await this.#ask('putDirectory', ACT, {
      method: 'PUT',
      path: `/containers/${id}/archive`,
      query: { path: at.slice(0, cut) || '/' },
      file: directoryEntry(at.slice(cut + 1), owner, Date.now()),
    });
  }

  async stat(id: string, path: string): Promise<PathSeen | null> {
    return (await this.#entry(id, path, false))?.seen ?? null;
  }

  async readFile(id: string, path: string): Promise<Buffer | null> {
    return (await this.#entry(id, path, true))?.content ?? null;
  }

  async *events(label: string, signal: AbortSignal): AsyncIterable<EngineEvent> {
    const stream = await this.#open('events', LOOK, signal, {
      method: 'GET',
      path: '/events',
      query: { filters: JSON.stringify({ type: ['container'], label: [label] }) },
      stream: true,
    });
    try {
      for await (const line of lines(stream)) {
        const said = parsed<{
          Type: string;
          Action: string;
          Actor?: { ID: string; Attributes?: Record<string, string> };
        }>(line);
        if (said?.Actor)
          yield { type: said.Type, action: said.Action, id: said.Actor.ID, labels: said.Actor.Attributes ?? {} };
      }
    } catch (error) {
      if (!signal.aborted) throw refusalOf('events', error);
    } finally {
      stream.destroy();
    }
  }

  logs(id: string, options: { follow: boolean; tail?: number }, signal: AbortSignal): Promise<Readable> {
    return this.#open('logs', ACT, signal, {
      method: 'GET',
      path: `/containers/${id}/logs`,
      query: {
        stdout: '1',
        stderr: '1',
        follow: options.follow ? '1' : '0',
        tail: options.tail === undefined ? 'all' : String(options.tail),
      },
      stream: true,
    });
  }

  async execCreate(id: string, spec: ExecSpec): Promise<string> {
    const answer = await this.#ask<{ Id: string }>('execCreate', ACT, {
      method: 'POST',
      path: `/containers/${id}/exec`,
      body: {
        AttachStdin: spec.stdin,
        AttachStdout: true,
        AttachStderr: true,
        Tty: spec.tty,
        Cmd: spec.command,
        Env: spec.env,
        ...(spec.workdir === null ? {} : { WorkingDir: spec.workdir }),
        ...(spec.user === null ? {} : { User: spec.user }),
      },
    });
    return answer.Id;
  }

  execStart(execId: string, options: { tty: boolean }): Promise<Duplex> {
    return this.#ask<Duplex>('execStart', ACT, {
      method: 'POST',
      path: `/exec/${execId}/start`,
      body: { Detach: false, Tty: options.tty },
      stream: true,
      hijack: true,
    });
  }

  async execInspect(execId: string): Promise<ExecSeen | null> {
    const answer = await unlessMissing(
      this.#ask<{
        ID: string;
        Running: boolean;
        ExitCode: number | null;
        Pid: number;
        ContainerID: string;
      }>('execInspect', LOOK, { method: 'GET', path: `/exec/${execId}/json` }),
    );
    return (
      answer && {
        id: answer.ID,
        running: answer.Running,
        exitCode: answer.ExitCode,
        pid: answer.Pid,
        containerId: answer.ContainerID,
      }
    );
  }

  async #entry(id: string, path: string, content: boolean) {
    const control = new AbortController();
    try {
      const stream = await unlessMissing(
        this.#open('stat', ACT, control.signal, {
          method: 'GET',
          path: `/containers/${id}/archive`,
          query: { path },
          stream: true,
        }),
      );
      if (stream === null) return null;
      stream.on('error', () => {});
      return await firstEntry(stream, content);
    } catch (error) {
      throw refusalOf('stat', error);
    } finally {
      control.abort();
    }
  }

  #ask<T>(call: string, deadlineMs: number, dial: Dial): Promise<T> {
    return bounded(this.#caller, call, deadlineMs, (signal) => this.#dial<T>(dial, signal));
  }

  /** As `#ask`, for an answer that goes on: ended by `signal` too. */
  #open(call: string, deadlineMs: number, signal: AbortSignal, dial: Dial): Promise<Readable> {
    return bounded(this.#caller, call, deadlineMs, (inner) => this.#dial<Readable>(dial, inner), { stream: signal });
  }

  #dial<T>(dial: Dial, signal: AbortSignal): Promise<T> {
    const statusCodes = Object.fromEntries([200, 201, 204, ...(dial.accept ?? [])].map((status) => [status, true]));
    return new Promise<T>((resolve, reject) => {
      const options = {
        path: `${dial.path}?`,
        method: dial.method,
        statusCodes,
        abortSignal: signal,
        isStream: dial.stream ?? false,
        hijack: dial.hijack ?? false,
        openStdin: dial.hijack ?? false,
        options: { _query: dial.query ?? {}, _body: dial.body ?? {} },
        ...(dial.file ? { file: dial.file } : {}),
      };
      this.#modem.dial(options, (error, answer) => (error ? reject(error) : resolve(answer as T)));
    });
  }
}

/** What is not there is null; a name that Docker cannot even parse names nothing. */
async function unlessMissing<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof Missing) return null;
    throw error;
  }
}

/** Splits an image's name for a pull; without a tag Docker would pull every one. */
function tagged(reference: string): { name: string; tag: string } {
  const digest = reference.indexOf('@');
  if (digest > 0) return { name: reference.slice(0, digest), tag: reference.slice(digest + 1) };
  const colon = reference.lastIndexOf(':');
  if (colon > reference.lastIndexOf('/')) return { name: reference.slice(0, colon), tag: reference.slice(colon + 1) };
  return { name: reference, tag: 'latest' };
}

async function* lines(stream: Readable): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const chunk of stream) {
    held += decoder.decode(chunk, { stream: true });
    for (let cut = held.indexOf('\n'); cut >= 0; cut = held.indexOf('\n')) {
      const line = held.slice(0, cut).trim();
      held = held.slice(cut + 1);
      if (line !== '') yield line;
    }
  }
}

function parsed<T>(line: string): T | null {
  try {
    return JSON.parse(line) as T;
  } catch {
    return null;
  }
}
