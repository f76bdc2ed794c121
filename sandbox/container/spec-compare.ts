/** Compares a container as it is with the request it should have come from; pure, and names differences without values. */

import type { ContainerRequest, ContainerSeen, Healthcheck, ImageSeen } from '../engine/engine.js';

/** What is not as asked for, in words; empty: it is the container that the request makes. */
export function differences(seen: ContainerSeen, request: ContainerRequest, image: ImageSeen): string[] {
  const host = request.HostConfig;
  const checks: [string, boolean][] = [
    ['image', seen.imageId === image.id],
    ['hostname', seen.config.hostname === request.Hostname],
    ['user', seen.config.user === (request.User ?? image.config.user)],
    ['workdir', seen.config.workdir === (request.WorkingDir ?? image.config.workdir)],
    ['environment', same(seen.config.env, mergedEnv(request.Env, image.config.env))],
    ['entrypoint', sameOrder(seen.config.entrypoint, request.Entrypoint ?? image.config.entrypoint)],
    ['command', sameOrder(seen.config.cmd, request.Cmd ?? (request.Entrypoint ? [] : image.config.cmd))],
    ['tty', seen.config.tty === request.Tty],
    ['stdin', seen.config.openStdin === request.OpenStdin],
    ['labels', Object.entries(request.Labels).every(([key, value]) => seen.labels[key] === value)],
    ['network', seen.host.networkMode === host.NetworkMode],
    ['privileged', !seen.host.privileged],
    ['namespaces', [seen.host.pidMode, seen.host.utsMode, seen.host.usernsMode].every((mode) => mode === '')],
    ['ipc', seen.host.ipcMode === '' || seen.host.ipcMode === 'private' || seen.host.ipcMode === 'shareable'],
    ['devices', seen.host.devices === 0],
    ['binds', seen.host.binds.length === 0],
    ['capabilities', same(capabilities(seen.host.capAdd), capabilities(host.CapAdd))],
    ['dropped capabilities', same(capabilities(seen.host.capDrop), capabilities(host.CapDrop))],
    ['security options', same(seen.host.securityOpt, host.SecurityOpt)],
    ['memory', seen.host.memory === host.Memory],
    ['cpus', seen.host.nanoCpus === host.NanoCpus],
    ['pids', seen.host.pidsLimit === host.PidsLimit],
    ['restart policy', seen.host.restartPolicy === 'no'],
    ['init', seen.host.init === host.Init],
    ['ports', JSON.stringify(sorted(seen.host.portBindings)) === JSON.stringify(sorted(host.PortBindings))],
    ['mounts', mountsFit(seen, request)],
    ['tmpfs', JSON.stringify(sorted(seen.host.tmpfs)) === JSON.stringify(sorted(host.Tmpfs ?? {}))],
    ['log driver', host.LogConfig === undefined || seen.host.logDriver === host.LogConfig.Type],
    ['healthcheck', sameCheck(seen.config.healthcheck, request.Healthcheck ?? image.config.healthcheck)],
    ['stop signal', seen.config.stopSignal === (request.StopSignal ?? image.config.stopSignal)],
  ];
  return checks.filter(([, fits]) => !fits).map(([what]) => what);
}

function mergedEnv(own: string[], image: string[]): string[] {
  const names = new Set(own.map(nameOf));
  return [...own, ...image.filter((entry) => !names.has(nameOf(entry)))];
}

function nameOf(entry: string): string {
  const cut = entry.indexOf('=');
  return cut < 0 ? entry : entry.slice(0, cut);
}

function mountsFit(seen: ContainerSeen, request: ContainerRequest): boolean {
  const wanted = request.HostConfig.Mounts;
  return (
    seen.mounts.length === wanted.length &&
    wanted.every((mount) =>
      seen.mounts.some(
        (one) =>
          one.type === mount.Type &&
          one.destination === mount.Target &&
          one.writable === !mount.ReadOnly &&
          (mount.Type === 'volume' ? one.name : one.source) === mount.Source,
      ),
    )
  );
}

function sameCheck(one: Healthcheck | null, other: Healthcheck | null): boolean {
  if (one === null || other === null) return one === other;
  const times = (check: Healthcheck) => [check.Interval, check.Timeout, check.StartPeriod, check.Retries].join();
  return sameOrder(one.Test, other.Test) && times(one) === times(other);
}

function capabilities(names: string[]): string[] {
  return names.map((name) => name.replace(/^CAP_/, ''));
}

function sorted<T>(record: Record<string, T>): [string, T][] {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}

function same(one: string[], other: string[]): boolean {
  return sameOrder([...one].sort(), [...other].sort());
}

function sameOrder(one: string[], other: string[]): boolean {
  return one.length === other.length && one.every((word, index) => word === other[index]);
}
