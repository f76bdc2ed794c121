/** Reduces the engine's JSON to what this layer decides by; pure, and the only place that knows Docker's field names of answers. */

import type { ContainerInspectInfo, ImageInspectInfo } from 'dockerode';
import type { ContainerSeen, ContainerStatus, Healthcheck, ImageSeen, PortBindings } from './engine.js';

/** The status word of a list or an inspect. An unknown one counts as `dead`: nothing is built on it. */
export function statusFrom(word: string): ContainerStatus {
  switch (word) {
    case 'created':
    case 'running':
    case 'paused':
    case 'restarting':
    case 'removing':
    case 'exited':
      return word;
    default:
      return 'dead';
  }
}

/** Docker's time as milliseconds since 1970; null for its zero time. */
export function timeFrom(text: string): number | null {
  const time = Date.parse(text);
  return Number.isNaN(time) || time <= 0 ? null : time;
}

/** What an inspect of a container says. */
export function containerFrom(info: ContainerInspectInfo): ContainerSeen {
  const host = info.HostConfig;
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    imageId: info.Image,
    labels: info.Config.Labels ?? {},
    state: {
      status: statusFrom(info.State.Status),
      running: info.State.Running,
      paused: info.State.Paused,
      pid: info.State.Pid,
      exitCode: info.State.ExitCode,
      startedAt: timeFrom(info.State.StartedAt),
      finishedAt: timeFrom(info.State.FinishedAt),
      oomKilled: info.State.OOMKilled,
    },
    config: {
      hostname: info.Config.Hostname,
      user: info.Config.User,
      env: info.Config.Env ?? [],
      entrypoint: words(info.Config.Entrypoint),
      cmd: words(info.Config.Cmd),
      workdir: info.Config.WorkingDir,
      tty: info.Config.Tty,
      openStdin: info.Config.OpenStdin,
      image: info.Config.Image,
      healthcheck: healthcheckFrom(info.Config),
      stopSignal: textAt(info.Config, 'StopSignal'),
    },
    host: {
      networkMode: host.NetworkMode ?? '',
      privileged: host.Privileged ?? false,
      pidMode: host.PidMode ?? '',
      ipcMode: host.IpcMode ?? '',
      utsMode: host.UTSMode ?? '',
      usernsMode: host.UsernsMode ?? '',
      capAdd: words(host.CapAdd),
      capDrop: words(host.CapDrop),
      securityOpt: words(host.SecurityOpt),
      binds: host.Binds ?? [],
      devices: Array.isArray(host.Devices) ? host.Devices.length : 0,
      memory: host.Memory ?? 0,
      memorySwap: host.MemorySwap ?? 0,
      nanoCpus: host.NanoCpus ?? 0,
      pidsLimit: host.PidsLimit ?? 0,
      restartPolicy: host.RestartPolicy?.Name || 'no',
      init: host.Init ?? false,
      portBindings: bindings(host.PortBindings),
      tmpfs: textsOf(host.Tmpfs),
      logDriver: host.LogConfig?.Type ?? '',
    },
    mounts: (info.Mounts ?? []).map((mount) => ({
      type: mount.Type,
      name: mount.Name ?? '',
      source: mount.Source,
      destination: mount.Destination,
      writable: mount.RW,
    })),
    networks: Object.fromEntries(
      Object.entries(info.NetworkSettings?.Networks ?? {}).map(([name, network]) => [
        name,
        { aliases: words(network.Aliases) },
      ]),
    ),
    ports: Object.entries(info.NetworkSettings?.Ports ?? {}).flatMap(([key, hosts]) => {
      const [container, protocol] = key.split('/');
      return (hosts ?? []).map((host) => ({
        container: Number(container),
        protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
        host: Number(host.HostPort),
        ip: host.HostIp,
      }));
    }),
  };
}

/** What an inspect of an image says. */
export function imageFrom(info: ImageInspectInfo): ImageSeen {
  const config = info.Config;
  return {
    id: info.Id,
    digests: info.RepoDigests ?? [],
    config: {
      user: config?.User ?? '',
      env: config?.Env ?? [],
      entrypoint: words(config?.Entrypoint),
      cmd: words(config?.Cmd),
      workdir: config?.WorkingDir ?? '',
      labels: config?.Labels ?? {},
      volumes: Object.keys(config?.Volumes ?? {}),
      exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
      healthcheck: healthcheckFrom(config),
      shell: words(memberOf(config, 'Shell')),
      stopSignal: textAt(config, 'StopSignal'),
    },
  };
}

function healthcheckFrom(config: unknown): Healthcheck | null {
  const check = memberOf(config, 'Healthcheck');
  const test = words(memberOf(check, 'Test'));
  if (test.length === 0) return null;
  const number = (name: string) => {
    const value = memberOf(check, name);
    return typeof value === 'number' ? value : 0;
  };
  return {
    Test: test,
    Interval: number('Interval'),
    Timeout: number('Timeout'),
    StartPeriod: number('StartPeriod'),
    Retries: number('Retries'),
  };
}

function memberOf(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  return Object.entries(from).find(([key]) => key === name)?.[1];
}

function textAt(from: unknown, name: string): string {
  const value = memberOf(from, name);
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

function words(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((word): word is string => typeof word === 'string') : [];
}

function bindings(value: unknown): PortBindings {
  const found: PortBindings = {};
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, hosts] of Object.entries(value))
    if (Array.isArray(hosts))
      found[key] = hosts.map((host: { HostIp?: string; HostPort?: string }) => ({
        HostIp: host.HostIp ?? '',
        HostPort: host.HostPort ?? '',
      }));
  return found;
}
