/** What a container with an init of ours is made of, on top of what every sandbox is; pure, and holds no value of a secret. */

import { type RequestInput, requestFor } from '../container/spec.js';
import type { ContainerRequest, Healthcheck, ImageSeen } from '../engine/engine.js';
import { SandboxError } from '../errors.js';
import type { InitConfig } from '../link/frames.js';
import type { SandboxSpec } from '../types.js';

const PLACE = '/.ampoule';
const BRIDGE = `${PLACE}/bin`;
/** Docker's own, where neither image nor sandbox has one. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const FLAG = { main: 1, mainTerminal: 2, home: 4, oneShot: 8, mainStdin: 16, restart: 32 };

/** Places as the engine's host sees them. */
export interface Mounts {
  /** Program ampoule-init. */
  init: string;
  /** The sandbox's own directory with its socket. */
  link: string;
}

/** The body of a create. Throws ENGINE_REFUSED as `requestFor`, and START_FAILED where the image has no command of its own. */
export function memoryRequest(input: RequestInput, mounts: Mounts): ContainerRequest {
  const { spec, image } = input;
  const base = requestFor(input);
  const { HostConfig: host } = base;
  // Where the image's own init takes over, nobody is left behind the bridge.
  const path = spec.oneShot ? pathOf(spec, image) : `${BRIDGE}:${pathOf(spec, image)}`;
  const check = spec.oneShot ? null : bridged(image.config.healthcheck, image.config.shell);
  return {
    ...base,
    // The init gives up what it does not need for each command; under `strict` there is nothing to give up.
    User: spec.privileges === 'strict' ? (spec.user ?? image.config.user) : '0:0',
    Env: [...base.Env.filter((one) => !one.startsWith('PATH=')), `PATH=${path}`],
    Entrypoint: [`${PLACE}/init`],
    Cmd: wordsOf(spec, image),
    ...(check === null ? {} : { Healthcheck: check }),
    StopSignal: 'SIGTERM',
    HostConfig: {
      ...host,
      Init: false,
      LogConfig: { Type: 'none' },
      Tmpfs: { [PLACE]: `rw,exec,nosuid,nodev,size=8m,mode=${spec.privileges === 'strict' ? '0777' : '0755'}` },
      Mounts: [
        ...host.Mounts,
        { Type: 'bind', Source: mounts.init, Target: `${PLACE}/init`, ReadOnly: true },
        { Type: 'bind', Source: mounts.link, Target: `${PLACE}/link`, ReadOnly: true },
      ],
    },
  };
}

/** What its init is told before anything else. */
export function initConfig(spec: SandboxSpec, image: ImageSeen): InitConfig {
  const home = 'HOME' in spec.env || image.config.env.some((one) => one.startsWith('HOME='));
  const main = spec.main !== 'hold';
  const flags =
    (main ? FLAG.main : 0) |
    (main && spec.tty ? FLAG.mainTerminal : 0) |
    (home ? FLAG.home : 0) |
    (spec.oneShot ? FLAG.oneShot : 0) |
    (main && spec.stdinOpen ? FLAG.mainStdin : 0) |
    (spec.onChange === 'restart' ? FLAG.restart : 0);
  return {
    flags,
    sandbox: spec.id,
    user: spec.user ?? image.config.user,
    grace: spec.grace,
    lease: spec.lease ?? 0,
    path: pathOf(spec, image),
  };
}

/** The main process's own words, which follow the init. */
function wordsOf(spec: SandboxSpec, image: ImageSeen): string[] {
  if (spec.main === 'hold') return [];
  const own = spec.main === 'own';
  const entrypoint = (own ? spec.entrypoint : null) ?? image.config.entrypoint;
  // As Docker has it: an entrypoint of one's own leaves the image's command behind.
  const inherited = own && spec.entrypoint !== null ? [] : image.config.cmd;
  const words = [...entrypoint, ...((own ? spec.command : null) ?? inherited)];
  if (words.length === 0)
    throw new SandboxError(
      'START_FAILED',
      `The image ${spec.image} has no command of its own. Give the sandbox a \`command\`, or start it without \`main\`.`,
    );
  return words;
}

function pathOf(spec: SandboxSpec, image: ImageSeen): string {
  const own = spec.env.PATH;
  const inherited = image.config.env.find((one) => one.startsWith('PATH='))?.slice('PATH='.length);
  return own || inherited || DEFAULT_PATH;
}

/** A check of health sees the variables as every command does. */
function bridged(check: Healthcheck | null, shell: string[]): Healthcheck | null {
  const [kind, ...words] = check?.Test ?? [];
  if (check === null || (kind !== 'CMD' && kind !== 'CMD-SHELL')) return check;
  const whole = kind === 'CMD' ? words : [...(shell.length > 0 ? shell : ['/bin/sh', '-c']), ...words];
  return { ...check, Test: ['CMD', `${PLACE}/run`, ...whole] };
}
