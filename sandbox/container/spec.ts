/** Turns a typed spec into the body of a create; pure. What it does not name, a sandbox does not have. */

import { createHash } from 'node:crypto';
import { basename } from 'node:path/posix';
import type { ContainerRequest, ImageSeen, MountRequest, PortBindings } from '../engine/engine.js';
import { SandboxError } from '../errors.js';
import type { Privileges, SandboxSpec } from '../types.js';
import { type Identity, labelsOf, volumeLabels } from './labels.js';

/** Capabilities of `standard`: official postgres, nginx and redis images and apt-get work with these. */
const STANDARD = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETUID', 'SETGID', 'KILL', 'NET_BIND_SERVICE'];
const MEMLOCK = 8 * 1024 * 1024;

/** The shell that holds a sandbox without a main of its own; a background sleep, so that TERM is heard at once. */
export const HOLD_SHELL = '/bin/sh';
const HOLD = "command -v sleep >/dev/null || exit 127; trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done";

export interface RequestInput {
  spec: SandboxSpec;
  /** The image as it is on the engine, and the name to use for it. */
  image: ImageSeen;
  reference: string;
  identity: Identity;
  /** Text of the secrets, by variable. */
  values: Map<string, string>;
  /** CPUs that the engine has; more cannot be asked for. */
  engineCpus: number;
}

/** The body of a create. Throws ENGINE_REFUSED for what no sandbox may have. */
export function requestFor(input: RequestInput): ContainerRequest {
  const { spec, identity, image } = input;
  refuseHost(spec);
  const named = spec.network !== 'bridge' && spec.network !== 'none';
  const { exposed, bindings } = portsOf(spec);
  return {
    Image: input.reference,
    Hostname: spec.name,
    ...(spec.user === null ? {} : { User: spec.user }),
    ...(spec.workdir === null ? {} : { WorkingDir: spec.workdir }),
    Env: environment(spec, input.values),
    ...mainOf(spec),
    Tty: spec.tty,
    OpenStdin: spec.stdinOpen,
    StdinOnce: false,
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Labels: labelsOf(identity, spec.labels, image.config.labels),
    ExposedPorts: exposed,
    HostConfig: {
      NetworkMode: spec.network,
      RestartPolicy: { Name: 'no' },
      Init: true,
      ...powersOf(spec.privileges),
      PidsLimit: spec.limits.pids,
      Memory: spec.limits.memory,
      MemorySwap: spec.limits.memory,
      NanoCpus: Math.round(Math.min(spec.limits.cpus, input.engineCpus) * 1e9),
      Ulimits: [
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'memlock', Soft: MEMLOCK, Hard: MEMLOCK },
      ],
      Mounts: mountsOf(spec, image),
      PortBindings: bindings,
    },
    NetworkingConfig: {
      EndpointsConfig: named ? { [spec.network]: { Aliases: [`ampoule-${spec.name}`, spec.name] } } : {},
    },
  };
}

/** Image < `env` of the sandbox < secrets; the image's part is merged by Docker. */
function environment(spec: SandboxSpec, values: Map<string, string>): string[] {
  const merged = new Map([...Object.entries(spec.env), ...values, ['AMPOULE_SANDBOX', spec.id] as const]);
  return [...merged].map(([name, value]) => `${name}=${value}`);
}

function mainOf(spec: SandboxSpec): { Entrypoint?: string[]; Cmd?: string[] } {
  if (spec.main === 'hold') return { Entrypoint: [HOLD_SHELL, '-c', HOLD] };
  if (spec.main === 'image') return {};
  return {
    ...(spec.entrypoint === null ? {} : { Entrypoint: spec.entrypoint }),
    ...(spec.command === null ? {} : { Cmd: spec.command }),
  };
}

function powersOf(privileges: Privileges): { CapDrop: string[]; CapAdd: string[]; SecurityOpt: string[] } {
  switch (privileges) {
    case 'standard':
      return { CapDrop: ['ALL'], CapAdd: [...STANDARD], SecurityOpt: ['no-new-privileges'] };
    case 'strict':
      return { CapDrop: ['ALL'], CapAdd: [], SecurityOpt: ['no-new-privileges'] };
    case 'sudo':
      return { CapDrop: [], CapAdd: [], SecurityOpt: [] };
  }
}

function portsOf(spec: SandboxSpec) {
  const exposed: Record<string, Record<string, never>> = {};
  const bindings: PortBindings = {};
  for (const port of spec.ports) {
    const key = `${port.container}/${port.protocol}`;
    exposed[key] = {};
    bindings[key] = [
      ...(bindings[key] ?? []),
      { HostIp: port.ip, HostPort: port.host === null ? '' : String(port.host) },
    ];
  }
  return { exposed, bindings };
}

/** The workspace, and a volume of a name of ours for each that the image asks for, so that a replacement keeps them. */
function mountsOf(spec: SandboxSpec, image: ImageSeen): MountRequest[] {
  const { workspace } = spec;
  const first: MountRequest =
    workspace.kind === 'volume'
      ? { Type: 'volume', Source: workspace.volume, Target: workspace.path, ReadOnly: false }
      : { Type: 'bind', Source: workspace.hostPath, Target: workspace.path, ReadOnly: false };
  const own = image.config.volumes
    .filter((path) => trimmed(path) !== trimmed(workspace.path))
    .map(
      (path): MountRequest => ({
        Type: 'volume',
        Source: imageVolume(spec.id, path),
        Target: path,
        ReadOnly: false,
        VolumeOptions: { Labels: volumeLabels(spec, spec.id) },
      }),
    );
  return [first, ...own];
}

/** Name of the volume behind a path that the image declares as one. */
export function imageVolume(sandbox: string, path: string): string {
  const own = trimmed(path);
  const word = own.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  // Other characters make paths alike that are not.
  const plain = own === '/' || (/^(\/[A-Za-z0-9]+)+$/.test(own) && own !== '/root');
  const mark = plain ? '' : `-${createHash('sha256').update(own).digest('hex').slice(0, 8)}`;
  return `ampoule-vol-${sandbox}-${word || 'root'}${mark}`;
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '') || '/';
}

function refuseHost(spec: SandboxSpec): void {
  if (spec.network === 'host' || spec.network.startsWith('container:') || spec.network === 'default')
    throw new SandboxError(
      'ENGINE_REFUSED',
      `A sandbox has a network of its own, and "${spec.network}" is not one. Use bridge, none, or a network made with \`docker network create --label dev.ampoule.network NAME\`.`,
    );
  const { workspace } = spec;
  if (workspace.kind === 'hostPath' && /^(docker|containerd)\.sock$/.test(basename(workspace.hostPath)))
    throw new SandboxError(
      'ENGINE_REFUSED',
      "The engine's socket is never given to a sandbox. Choose a directory as `workspace.hostPath`.",
    );
}
