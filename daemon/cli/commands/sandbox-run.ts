/** `ampoule sandbox run`: one call that launches a sandbox, with the secrets to activate for its session. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { SandboxAnswer } from '../answers.js';
import { makeChange, tellNotices } from '../change.js';
import { path } from '../client.js';
import { leaf, pairs, several, type Tree, wholeNumber } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import { afterFirstMoment, failedAtOnce, tellOfEnd } from '../first-moment.js';
import type { Invocation } from '../invocation.js';
import { chooseSession } from '../session-choice.js';
import { sandboxText } from './sandbox.js';

interface RunOptions {
  name?: string;
  newSession?: true;
  secret?: string[];
  only?: string[];
  as?: string[];
  env?: string[];
  label?: string[];
  publish?: string[];
  pull?: string;
  main?: string;
  entrypoint?: string;
  restart?: string;
  user?: string;
  workdir?: string;
  delivery?: string;
  onChange?: string;
  lease?: string;
  oneShot?: true;
  grace?: string;
  idle?: string;
  persist?: true;
  tty?: true;
  interactive?: true;
  privileges?: string;
  cpus?: string;
  memory?: string;
  pids?: string;
  network?: string;
  volume?: string;
  hostPath?: string;
  workspacePath?: string;
}

export function runCommand(tree: Tree, sandbox: Command): void {
  leaf<RunOptions>(
    tree,
    sandbox,
    {
      usage: 'run [image] [command...]',
      summary: 'run a sandbox in a session',
      description:
        'Without a command the sandbox holds, for `ampoule exec`. A command goes after `--`. Secrets come from the session; --env is for what is not secret.',
      examples: [
        'sandbox run debian:stable-slim --name box',
        'sandbox run --session dev --secret GITHUB_TOKEN@work --only github',
        'sandbox run nginx:1.27 --name web --main image -p 8080:80',
        "sandbox run --new-session --restart never alpine -- sh -c 'make test'",
      ],
      has: ['session', 'wait'],
    },
    run,
  )
    .option('--name <name>', 'its name')
    .option('--new-session', 'a session of its own, which ends with it')
    .option('--secret <name>', 'activate this secret for the session, too', several)
    .option('--only <selector>', "its ceiling: at most these of its session's secrets", several)
    .option('--as <NAME=VARIABLE>', 'this secret under another variable, here only', several)
    .option('-e, --env <NAME=VALUE>', 'a variable that is not secret', several)
    .option('-l, --label <NAME=VALUE>', 'a label of the container', several)
    .option('-p, --publish <[ip:][host:]container>', 'publish a port', several)
    .option('--pull <when>', 'missing, always or never')
    .option('--main <what>', "hold, or image: the image's own process")
    .option('--entrypoint <program>', "instead of the image's entrypoint")
    .option('--restart <when>', 'always or never, when its main process ends (default: always)')
    .option('-u, --user <user>', 'whom commands run as')
    .option('-w, --workdir <path>', 'where commands start')
    .option('--delivery <kind>', 'memory, env or auto')
    .option('--on-change <what>', 'keep or restart, when its secrets change')
    .option('--lease <duration>', 'how long its secrets outlive the daemon (default: 30s), or never')
    .option('--one-shot', 'for an image with an init of its own (with --main image): changes restart it')
    .option('--grace <duration>', 'from TERM to KILL, such as 500ms')
    .option('--idle <duration>', 'ends by itself after this long without a command; or never')
    .option('--persist', 'ends by itself after 24 h, not 1 h')
    .option('-t, --tty', 'a terminal for the main process')
    .option('-i, --interactive', "keep the main process's standard input open")
    .option('--privileges <kind>', 'standard, strict or sudo')
    .option('--cpus <n>', 'at most this many CPUs, such as 1.5')
    .option('--memory <size>', 'at most this much memory, such as 512m or 4g')
    .option('--pids <n>', 'at most this many processes')
    .option('--network <name>', 'bridge, none, or a network')
    .option('--volume <name>', 'a volume as its workspace')
    .option('--host-path <path>', 'a directory of the host as its workspace')
    .option('--workspace-path <path>', 'where its workspace lies (default: /workspace)');
}

async function run(invocation: Invocation<RunOptions>): Promise<number> {
  const { options, output } = invocation;
  if (options.newSession === true && options.session !== undefined) {
    throw usage('--new-session and --session exclude each other. Leave out one of them.');
  }
  const settings = sandboxSettings(invocation);
  const session = options.newSession === true ? {} : await chooseSession(invocation);
  const answer = await makeChange<SandboxAnswer>(invocation, 'POST', path('sandboxes'), {
    json: { session, ...settings },
  });
  const { name, state, reason, notices } = answer.body;
  const ofItsOwn = settings.command !== undefined || settings.entrypoint !== undefined || settings.main === 'image';
  const mayHaveEnded = answer.status !== 202 && ofItsOwn && !output.json;
  const now = mayHaveEnded ? await afterFirstMoment(invocation, answer.body) : answer.body;
  await output.answer(answer, sandboxText(now));
  await tellNotices(invocation, notices);
  if (mayHaveEnded) await tellOfEnd(invocation, now);
  if (answer.status !== 202) return failedAtOnce(now) ? EXIT.ours : EXIT.done;
  await output.say(`${name} is recorded, but not running yet: ${reason ?? state}`);
  return EXIT.ours;
}

/** The body of POST /v1/sandboxes but its session. */
function sandboxSettings({ args, afterDashes, options, around }: Invocation<RunOptions>): Record<string, unknown> {
  const [image, ...command] = args.length > afterDashes ? args : [undefined, ...args];
  const { volume, hostPath, workspacePath } = options;
  if (volume !== undefined && hostPath !== undefined) {
    throw usage('--volume and --host-path exclude each other: a sandbox has one workspace.');
  }
  const limits = {
    cpus: cpus(options.cpus),
    memory: options.memory === undefined ? undefined : bytes(options.memory),
    pids: wholeNumber(options.pids, '--pids'),
  };
  const workspace = {
    volume,
    hostPath: hostPath === undefined ? undefined : resolve(around.cwd, hostPath),
    path: workspacePath,
  };
  return {
    name: options.name,
    image,
    command: command.length === 0 ? undefined : command,
    entrypoint: options.entrypoint === undefined ? undefined : [options.entrypoint],
    secrets: options.secret,
    only: options.only,
    as: pairs(options.as, '--as'),
    env: pairs(options.env, '--env'),
    labels: pairs(options.label, '--label'),
    ports: options.publish?.map(port),
    pull: options.pull,
    main: options.main,
    restart: options.restart,
    user: options.user,
    workdir: options.workdir,
    delivery: options.delivery,
    onChange: options.onChange,
    lease: options.lease,
    oneShot: options.oneShot,
    grace: options.grace,
    idle: options.idle,
    persist: options.persist,
    tty: options.tty,
    stdinOpen: options.interactive,
    privileges: options.privileges,
    limits: someOf(limits),
    network: options.network,
    workspace: someOf(workspace),
  };
}

function someOf(object: Record<string, unknown>): Record<string, unknown> | undefined {
  return Object.values(object).some((value) => value !== undefined) ? object : undefined;
}

function cpus(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,4}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw usage(`--cpus is ${JSON.stringify(text)}. Give a number such as 1.5.`);
}

/** `512m`, `4g`, or bytes. */
function bytes(text: string): number {
  const match = /^(\d{1,12})([kmg]?)(i?b)?$/i.exec(text);
  if (match === null) throw usage(`--memory is ${JSON.stringify(text)}. Give a size such as 512m or 4g.`);
  return Number(match[1]) * 1024 ** ['', 'k', 'm', 'g'].indexOf((match[2] ?? '').toLowerCase());
}

/** `80`, `8080:80`, `127.0.0.1:8080:80`, `[::1]:8080:80`. */
function port(text: string): { container: number; host?: number; ip?: string } {
  const match = /^(?:(?:(\[[0-9a-fA-F:]+\]|[0-9.]+):)?(\d{1,5}):)?(\d{1,5})$/.exec(text);
  if (match === null) throw usage(`--publish is ${JSON.stringify(text)}. Give it as 80, 8080:80 or 127.0.0.1:8080:80.`);
  const [, ip, host, container] = match;
  return {
    container: Number(container),
    ...(host === undefined ? {} : { host: Number(host) }),
    ...(ip === undefined ? {} : { ip: ip.replace(/^\[|\]$/g, '') }),
  };
}
