/** An engine that answers execs as a test tells it to, for what a real one does only when it breaks. */

import { Duplex, PassThrough } from 'node:stream';
import type { ContainerSeen, ExecSeen, ExecSpec } from '../../sandbox/engine/engine.js';
import type { ExecEngine } from '../../sandbox/env/exec-start.js';
import type { ExecRequest } from '../../sandbox/types.js';

export const CONTAINER = { dockerId: 'ab'.repeat(32), pid: 4_000_000 };

export function seen(more: Partial<ExecSeen>): ExecSeen {
  return { id: 'e1', running: true, exitCode: null, pid: 3_999_999, containerId: CONTAINER.dockerId, ...more };
}

export function request(more: Partial<ExecRequest> = {}): ExecRequest {
  return {
    sandbox: 'sbx_1',
    execId: 'exe_1',
    command: ['true'],
    env: {},
    workdir: null,
    user: null,
    stdin: null,
    timeout: null,
    ...more,
  };
}

export function frame(kind: 1 | 2, text: string): Buffer {
  const header = Buffer.from([kind, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

export interface Stub extends ExecEngine {
  /** The engine's side: write output, end, destroy. */
  output: PassThrough;
  connection: Duplex;
  specs: ExecSpec[];
}

/** `looks`: answers to execInspect, one after the other; the last one stays. An Error is thrown. */
export function stubEngine(options: {
  looks: (ExecSeen | null | Error)[];
  container?: Pick<ContainerSeen['state'], 'running' | 'pid'> | null;
  create?: Error;
}): Stub {
  const output = new PassThrough();
  const connection = Duplex.from({ readable: output, writable: new PassThrough().resume() });
  const specs: ExecSpec[] = [];
  const looks = [...options.looks];
  return {
    output,
    connection,
    specs,
    async execCreate(_id, spec) {
      specs.push(spec);
      if (options.create) throw options.create;
      return 'e1';
    },
    execStart: async () => connection,
    async execInspect() {
      const look = looks.length > 1 ? looks.shift() : looks[0];
      if (look instanceof Error) throw look;
      return look ?? null;
    },
    async inspect() {
      if (!options.container) return null;
      return containerSeen(options.container);
    },
  };
}

function containerSeen(state: Pick<ContainerSeen['state'], 'running' | 'pid'>): ContainerSeen {
  return {
    id: CONTAINER.dockerId,
    name: 'x',
    imageId: '',
    labels: {},
    state: {
      status: 'running',
      paused: false,
      exitCode: 0,
      startedAt: 1,
      finishedAt: null,
      oomKilled: false,
      ...state,
    },
    config: {
      hostname: '',
      user: '',
      env: [],
      entrypoint: [],
      cmd: [],
      workdir: '',
      tty: false,
      openStdin: false,
      image: '',
      healthcheck: null,
      stopSignal: '',
    },
    host: {
      networkMode: '',
      privileged: false,
      pidMode: '',
      ipcMode: '',
      utsMode: '',
      usernsMode: '',
      capAdd: [],
      capDrop: [],
      securityOpt: [],
      binds: [],
      devices: 0,
      memory: 0,
      memorySwap: 0,
      nanoCpus: 0,
      pidsLimit: 0,
      restartPolicy: '',
      init: true,
      portBindings: {},
      tmpfs: {},
      logDriver: 'json-file',
    },
    mounts: [],
    networks: {},
    ports: [],
  };
}
