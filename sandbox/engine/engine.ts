/** The narrow face of a Docker engine that this layer works with: plain data in and out. Types only; no dockerode. */

import type { Duplex, Readable } from 'node:stream';

/** One line of a filtered list. */
export interface ContainerListed {
  id: string;
  /** Without the leading slash. */
  names: string[];
  state: ContainerStatus;
  labels: Record<string, string>;
}

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** A container as an inspect shows it, reduced to what this layer decides by. */
export interface ContainerSeen {
  id: string;
  name: string;
  /** `sha256:…` of the image it was made from. */
  imageId: string;
  labels: Record<string, string>;
  state: {
    status: ContainerStatus;
    running: boolean;
    paused: boolean;
    /** Host's pid of PID 1; 0 when not running. */
    pid: number;
    exitCode: number;
    /** Milliseconds since 1970; null when it never did. */
    startedAt: number | null;
    finishedAt: number | null;
    /** The kernel ended it for want of memory. */
    oomKilled: boolean;
  };
  config: {
    hostname: string;
    user: string;
    /** Holds plaintext values of secrets: compare, never print. */
    env: string[];
    entrypoint: string[];
    cmd: string[];
    workdir: string;
    tty: boolean;
    openStdin: boolean;
    image: string;
    healthcheck: Healthcheck | null;
    stopSignal: string;
  };
  host: {
    networkMode: string;
    privileged: boolean;
    pidMode: string;
    ipcMode: string;
    utsMode: string;
    usernsMode: string;
    capAdd: string[];
    capDrop: string[];
    securityOpt: string[];
    binds: string[];
    devices: number;
    memory: number;
    memorySwap: number;
    nanoCpus: number;
    pidsLimit: number;
    restartPolicy: string;
    init: boolean;
    portBindings: PortBindings;
    /** Options by path. */
    tmpfs: Record<string, string>;
    logDriver: string;
  };
  mounts: MountSeen[];
  /** By name of the network. */
  networks: Record<string, { aliases: string[] }>;
  /** Host ports in effect while it runs. */
  ports: { container: number; protocol: 'tcp' | 'udp'; host: number; ip: string }[];
}

export interface MountSeen {
  type: string;
  /** Volume's name; empty for a bind. */
  name: string;
  source: string;
  destination: string;
  writable: boolean;
}

export interface ImageSeen {
  id: string;
  /** `name@sha256:…` */
  digests: string[];
  config: {
    user: string;
    env: string[];
    entrypoint: string[];
    cmd: string[];
    workdir: string;
    labels: Record<string, string>;
    /** Paths that become anonymous volumes. */
    volumes: string[];
    exposedPorts: string[];
    healthcheck: Healthcheck | null;
    /** What runs a text of a command; empty: `/bin/sh -c`. */
    shell: string[];
    stopSignal: string;
  };
}

/** As Docker has it; times in nanoseconds, 0 for its own. */
export interface Healthcheck {
  Test: string[];
  Interval: number;
  Timeout: number;
  StartPeriod: number;
  Retries: number;
}

export type PortBindings = Record<string, { HostIp: string; HostPort: string }[]>;

/** Body of a create, in Docker's own words; container/spec.ts and memory/spec.ts are the only places that write one. */
export interface ContainerRequest {
  Image: string;
  Hostname: string;
  User?: string;
  WorkingDir?: string;
  Env: string[];
  Entrypoint?: string[];
  Cmd?: string[];
  Tty: boolean;
  OpenStdin: boolean;
  StdinOnce: boolean;
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  Labels: Record<string, string>;
  ExposedPorts: Record<string, Record<string, never>>;
  Healthcheck?: Healthcheck;
  StopSignal?: string;
  HostConfig: {
    NetworkMode: string;
    RestartPolicy: { Name: 'no' };
    Init: boolean;
    CapDrop: string[];
    CapAdd: string[];
    SecurityOpt: string[];
    PidsLimit: number;
    Memory: number;
    MemorySwap: number;
    NanoCpus: number;
    Ulimits: { Name: string; Soft: number; Hard: number }[];
    Mounts: MountRequest[];
    PortBindings: PortBindings;
    Tmpfs?: Record<string, string>;
    LogConfig?: { Type: 'none' };
  };
  NetworkingConfig: { EndpointsConfig: Record<string, { Aliases?: string[] }> };
}
export interface MountRequest {
  Type: 'bind' | 'volume';
  Source: string;
  Target: string;
  ReadOnly: boolean;
  VolumeOptions?: { Labels: Record<string, string> };
}

export interface VolumeSeen {
  name: string;
  labels: Record<string, string>;
}

export interface PathSeen {
  kind: 'file' | 'directory' | 'link' | 'other';
  uid: number;
  gid: number;
  mode: number;
}

export interface EngineEvent {
  type: string;
  action: string;
  id: string;
  labels: Record<string, string>;
}

export interface ExecSpec {
  command: string[];
  /** `NAME=value` */
  env: string[];
  workdir: string | null;
  user: string | null;
  tty: boolean;
  stdin: boolean;
}
export interface ExecSeen {
  id: string;
  running: boolean;
  exitCode: number | null;
  /** Host's pid; 0 before its start. */
  pid: number;
  containerId: string;
}

/**
 * Every call has a deadline (inspect and list 2 s, create and start 10 s, a pull by its progress) and throws
 * SandboxError: a definite refusal of the engine, or UnknownOutcome. What does not exist is `null`, never an error,
 * and removing or stopping what is gone or stopped already is a success.
 */
export interface Engine {
  ping(): Promise<void>;
  version(): Promise<{ version: string; apiVersion: string; os: string; arch: string }>;
  info(): Promise<{
    id: string;
    cpus: number;
    cgroupVersion: '1' | '2';
    cgroupDriver: string;
    liveRestore: boolean;
    dataRoot: string;
    /** Of the engine's machine, milliseconds since 1970; null where it does not say. */
    systemTime: number | null;
    /** What runs containers, with its version where the engine says it. */
    runtime: string;
  }>;
  /** All containers, stopped ones too, that carry each of these labels (`key` or `key=value`). */
  list(labels: string[]): Promise<ContainerListed[]>;
  /** `reference`: id or name. */
  inspect(reference: string): Promise<ContainerSeen | null>;
  inspectImage(reference: string): Promise<ImageSeen | null>;
  /** Ends with an error when there was no progress for a minute. */
  pull(reference: string, options?: { progress?: (line: string) => void; signal?: AbortSignal }): Promise<void>;
  /** An image of one tar archive. */
  importImage(name: string, archive: Buffer): Promise<void>;
  create(name: string, request: ContainerRequest): Promise<{ id: string }>;
  start(id: string): Promise<void>;
  /** Sends a signal to PID 1. */
  kill(id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** true when the container does not run any more (or is gone), false when it still did after `withinMs`. */
  waitStopped(id: string, withinMs: number): Promise<boolean>;
  unpause(id: string): Promise<void>;
  /** By force, with its anonymous volumes when asked. */
  remove(id: string, options: { volumes: boolean }): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  createVolume(name: string, labels: Record<string, string>): Promise<void>;
  inspectVolume(name: string): Promise<VolumeSeen | null>;
  removeVolume(name: string): Promise<void>;
  /** Names of the volumes that carry each of these labels. */
  listVolumes(labels: string[]): Promise<string[]>;
  inspectNetwork(name: string): Promise<{ id: string; name: string } | null>;
  /** Gives one directory of a container an owner and a mode by a PUT of one archive entry; carries no content. */
  putDirectory(id: string, path: string, owner: { uid: number; gid: number; mode: number }): Promise<void>;
  /** Owner and kind of a path in a container, started or not; links are not followed. null: not there. */
  stat(id: string, path: string): Promise<PathSeen | null>;
  /** Content of a regular file of a container, at most 1 MiB; null: not there, too large, or no file. */
  readFile(id: string, path: string): Promise<Buffer | null>;
  /**
   * What lies at a path of a container, started or not, as a tar stream whose entries begin with the path's last part; null: not there.
   * Ends with UnknownOutcome when nothing came for a minute.
   */
  archive(id: string, path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null>;
  /** Hints about containers with this label, until `signal` or the engine ends it. */
  events(label: string, signal: AbortSignal): AsyncIterable<EngineEvent>;
  /** Output of the main process as Docker frames it (8-byte headers), raw when the container has a TTY. */
  logs(id: string, options: { follow: boolean; tail?: number }, signal: AbortSignal): Promise<Readable>;
  /** Returns the exec's id. A container that is gone or not running: SANDBOX_NOT_RUNNING. */
  execCreate(id: string, spec: ExecSpec): Promise<string>;
  /** The hijacked connection: writes are stdin (end() closes it), reads are output, framed unless `tty`. */
  execStart(execId: string, options: { tty: boolean }): Promise<Duplex>;
  execInspect(execId: string): Promise<ExecSeen | null>;
  /** The same engine, whose calls end as UnknownOutcome once `signal` is aborted. */
  within(signal: AbortSignal): Engine;
}
