/** From the body of a launch to a declared sandbox: defaults, delivery, workspace. Pure but for a look where a host path leads. */

import type { DeliveryKind, NewSandbox, NewSession, RequestedDelivery, SandboxSettings } from '../../store/index.js';
import type { Config } from '../config.js';
import { DaemonError, invalid } from '../errors.js';
import type { Caller } from '../parts.js';
import { parseDuration } from './duration.js';
import { workspaceOf } from './launch-workspace.js';
import type { NewSandboxBody } from './schemas/sandboxes.js';
import type { NewSessionBody, Wish } from './schemas/sessions.js';

const HOUR = 3_600_000;
const DEFAULT_LIMITS = { cpus: 2, memory: 4 * 2 ** 30, pids: 512 };
const DEFAULT_GRACE = 500;
const DEFAULT_LEASE = 30_000;
/** Shorter ones would run out whenever the machine is busy. */
const SHORTEST_LEASE = 1_000;
/** As many milliseconds as an init counts, in whole days. */
const LONGEST_LEASE = 49 * 24 * HOUR;
const LONGEST_GRACE = 10 * 60_000;

export interface LaunchContext {
  config: Pick<Config, 'defaultImage' | 'workspaceRoots'>;
  caller: Caller;
  /** What was asked for, and what it comes to here. */
  delivery: { requested: RequestedDelivery; resolved: DeliveryKind };
}

/** The sandbox that the body declares. Throws INVALID_INPUT, DELIVERY_UNAVAILABLE. */
export function declareSandbox(body: NewSandboxBody, context: LaunchContext): NewSandbox {
  const { requested, resolved } = context.delivery;
  if (resolved === 'env') assertByEnv(body);
  const settings = settingsOf(body, context);
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    session: typeof body.session === 'string' ? body.session : declareSession(body.session, '/session'),
    ...(body.secrets === undefined ? {} : { secrets: wishesOf(body.secrets, '/secrets') }),
    settings,
    ...(body.only === undefined ? {} : { only: body.only }),
    ...(body.as === undefined ? {} : { as: body.as }),
    requestedDelivery: requested,
    delivery: resolved,
    idle: idleOf(body, settings),
  };
}

/** The session that a body declares. */
export function declareSession(body: NewSessionBody, pointer = ''): NewSession {
  const { ttl, idle, ...rest } = body;
  return {
    ...rest,
    ...(ttl === undefined ? {} : { ttl: parseDuration(ttl, `${pointer}/ttl`, { min: 1 }) }),
    ...(idle === undefined
      ? {}
      : { idle: idle === 'never' ? null : parseDuration(idle, `${pointer}/idle`, { min: 1 }) }),
  };
}

/** What somebody wants active, from a list of names and objects. */
export function wishesOf(wishes: readonly Wish[], pointer: string): { name: string; as?: string; ttl?: number }[] {
  return wishes.map((wish, index) => {
    if (typeof wish === 'string') return { name: wish };
    const { ttl, ...rest } = wish;
    return {
      ...rest,
      ...(ttl === undefined ? {} : { ttl: parseDuration(ttl, `${pointer}/${index}/ttl`, { min: 1 }) }),
    };
  });
}

/** Which delivery a launch asks for: its own word, or its session's. */
export function requestedDelivery(
  body: Pick<NewSandboxBody, 'delivery'>,
  session: RequestedDelivery,
): RequestedDelivery {
  return body.delivery ?? session;
}

/** Docker's configuration cannot do these. */
function assertByEnv(body: NewSandboxBody): void {
  if (body.oneShot === true) throw unavailable('oneShot');
  if (body.lease !== undefined) throw unavailable('lease');
  if (body.onChange === 'keep') {
    throw invalid(
      '/onChange',
      'Delivery env makes the container again at each change. Leave it out, take "restart", or delivery "memory".',
    );
  }
}

function settingsOf(body: NewSandboxBody, { config, caller }: LaunchContext): SandboxSettings {
  const own = body.command !== undefined || body.entrypoint !== undefined;
  if (own && body.main !== undefined) {
    throw invalid('/main', 'command or entrypoint is the main process already. Leave main out.');
  }
  if (body.oneShot === true && !own && body.main !== 'image') {
    throw invalid(
      '/oneShot',
      'An init of its own is the main process, and this sandbox would only be held. Take main "image" (`--main image`), or give a command.',
    );
  }
  if (body.network === 'host' || body.network === 'default') {
    throw invalid(
      '/network',
      'A sandbox has a network of its own. Take bridge, none, or one made with `docker network create --label dev.ampoule.network NAME`.',
    );
  }
  const ports = (body.ports ?? []).map((port) => ({
    container: port.container,
    protocol: port.protocol ?? ('tcp' as const),
    host: port.host ?? null,
    ip: port.ip ?? '127.0.0.1',
  }));
  return {
    image: body.image ?? config.defaultImage,
    pull: body.pull ?? 'missing',
    main: own ? 'own' : (body.main ?? 'hold'),
    command: body.command ?? null,
    entrypoint: body.entrypoint ?? null,
    restart: body.restart ?? 'always',
    env: body.env ?? {},
    user: body.user ?? null,
    workdir: body.workdir ?? null,
    labels: labelsOf(body, caller),
    onChange: body.onChange ?? null,
    grace: body.grace === undefined ? DEFAULT_GRACE : parseDuration(body.grace, '/grace', { max: LONGEST_GRACE }),
    lease: leaseOf(body),
    oneShot: body.oneShot ?? false,
    persist: body.persist ?? false,
    tty: body.tty ?? false,
    stdinOpen: body.stdinOpen ?? false,
    privileges: body.privileges ?? 'standard',
    limits: { ...DEFAULT_LIMITS, ...body.limits },
    network: body.network ?? 'bridge',
    ports,
    workspace: workspaceOf(body.workspace, config.workspaceRoots, caller),
  };
}

/** A launcher's own labels are the vault's to refuse, with an audit entry. */
function labelsOf(body: NewSandboxBody, caller: Caller): Record<string, string> {
  const taken = Object.keys(body.labels ?? {}).find((label) => label.startsWith('dev.ampoule.'));
  if (taken !== undefined && caller.kind !== 'launcher') {
    throw invalid('/labels', "Labels that begin with dev.ampoule. are the daemon's. Choose another prefix.");
  }
  return body.labels ?? {};
}

function leaseOf({ lease }: NewSandboxBody): number | null {
  if (lease === undefined) return DEFAULT_LEASE;
  return lease === 'never' ? null : parseDuration(lease, '/lease', { min: SHORTEST_LEASE, max: LONGEST_LEASE });
}

function idleOf(body: NewSandboxBody, settings: SandboxSettings): number | null {
  if (body.idle === 'never') return null;
  if (body.idle !== undefined) return parseDuration(body.idle, '/idle', { min: 1000 });
  if (settings.main !== 'hold') return null;
  return settings.persist ? 24 * HOUR : HOUR;
}

function unavailable(what: string): DaemonError {
  return new DaemonError(
    'DELIVERY_UNAVAILABLE',
    `${what} needs delivery by memory, and this sandbox would have env. Leave it out, or take delivery "memory": \`ampoule status\` says whether that works here.`,
  );
}
