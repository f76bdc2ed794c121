/** Connects to a Docker engine: the one file that imports dockerode. Knows no route and decides nothing. */

import Docker from 'dockerode';
import { SandboxError } from '../errors.js';
import type { Failpoint } from '../types.js';
import { containerCalls } from './containers.js';
import { type Dialler, diallerOver } from './dial.js';
import type { Engine } from './engine.js';
import { storageCalls } from './storage.js';
import { streamCalls } from './streams.js';

/** Connects to `unix://PATH` or `tcp://HOST:PORT`; nothing is sent yet. */
export function connectEngine(options: { host: string; failpoint?: Failpoint }): Engine {
  const docker = new Docker(connection(options.host));
  return engineOver(diallerOver(docker.modem, { failpoint: options.failpoint ?? (() => {}), outer: null }));
}

function engineOver(dial: Dialler): Engine {
  return {
    ...containerCalls(dial),
    ...storageCalls(dial),
    ...streamCalls(dial),
    within: (signal) => engineOver(dial.within(signal)),
  };
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
