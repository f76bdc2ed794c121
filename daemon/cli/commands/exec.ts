/** `ampoule exec`: runs a command in a sandbox, its output live, its exit code ours. */

import { constants } from 'node:os';
import type { Command } from 'commander';
import type { ExecAnswer, RunningExecAnswer, SandboxAnswer } from '../answers.js';
import { tellNotices } from '../change.js';
import { type Call, path } from '../client.js';
import { leaf, pairs, several, type Tree } from '../command-tree.js';
import { CliError, EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { withValue } from '../json-bytes.js';
import { isSandboxInstead, tellOfSandbox } from '../sandbox-choice.js';
import { chooseSession } from '../session-choice.js';
import { copyOutput, type ExitRecord } from '../stream-output.js';
import { readAll } from '../value.js';

interface ExecOptions {
  sandbox?: string;
  interactive?: true;
  env?: string[];
  workdir?: string;
  user?: string;
  timeout?: string;
  detach?: true;
}

export function execCommand(tree: Tree, program: Command): void {
  leaf<ExecOptions>(
    tree,
    program,
    {
      usage: 'exec <command...>',
      summary: 'run a command in a sandbox',
      description:
        "Exit code: the command's, 126 and 127 where it cannot run or is not found, 125 where something of ours failed, 130 for Ctrl-C, which ends the command. Without --sandbox it runs in the session's only sandbox or the one of its name, and one is started where none runs; --session takes a sandbox's name too.",
      examples: [
        'exec -- env',
        "exec -b box -- sh -c 'git push'",
        'exec -s dev -i -- psql < schema.sql',
        'exec --detach -- npm run dev',
      ],
      has: ['session'],
    },
    exec,
  )
    .option('-b, --sandbox <name>', 'the sandbox (name or id)')
    .option('-i, --interactive', 'give it our standard input, up to 1 MiB')
    .option('-e, --env <NAME=VALUE>', 'a variable that is not secret', several)
    .option('-w, --workdir <path>', 'where it starts')
    .option('-u, --user <user>', 'whom it runs as')
    .option('--timeout <duration>', 'end it after this')
    .option('-d, --detach', 'print its id at once and let it go on; see `ampoule attach`')
    .passThroughOptions();
}

async function exec(invocation: Invocation<ExecOptions>): Promise<number> {
  const { options } = invocation;
  const call = await request(invocation);
  const route = await routeOf(invocation);
  if (options.detach === true) return detached(invocation, route, call);
  return invocation.untilInterrupted((signal) =>
    invocation.output.json
      ? whole(invocation, route, { ...call, signal, deadline: 0 })
      : live(invocation, route, { ...call, signal, deadline: 0, accept: 'application/x-ndjson' }),
  );
}

/** Without a sandbox's name it is the session's to have one; `--session` takes a sandbox's name too. */
async function routeOf(invocation: Invocation<ExecOptions>): Promise<string> {
  const { sandbox } = invocation.options;
  if (sandbox !== undefined) return path('sandboxes', sandbox, 'exec');
  const session = await chooseSession(invocation);
  return (await isSandboxInstead(invocation, session))
    ? path('sandboxes', session, 'exec')
    : path('sessions', session, 'exec');
}

/** The id alone on standard output, for scripts. */
async function detached(invocation: Invocation<ExecOptions>, route: string, call: Call): Promise<number> {
  const { client, options, output } = invocation;
  const answer = await client.request<RunningExecAnswer>('POST', route, call);
  const { execId, sandbox, notices = [] } = answer.body;
  await tellNotices(invocation, notices);
  await output.answer(answer, execId);
  if (output.json) return EXIT.done;
  const name = options.sandbox ?? (await client.request<SandboxAnswer>('GET', path('sandboxes', sandbox))).body.name;
  await output.say(
    `it runs in ${name}. Listen: \`ampoule attach ${execId}\`. End it: \`ampoule execs end ${execId}\`.`,
  );
  return EXIT.done;
}

async function request({ args, options, around, output }: Invocation<ExecOptions>): Promise<Call> {
  const { workdir, user, timeout, detach } = options;
  const settings = { command: args, env: pairs(options.env, '--env'), workdir, user, timeout, detach };
  if (options.interactive !== true) return { json: settings };
  if (around.stdin.isTTY === true) {
    throw usage('-i gives the command what is piped in, and this is a terminal. Pipe something in, or leave out -i.');
  }
  const stdin = await readAll(around, 'Standard input', output);
  const body = withValue(settings, 'stdin', stdin) ?? base64Input(settings, stdin);
  stdin.fill(0);
  return { bytes: body, contentType: 'application/json' };
}

function base64Input(settings: Record<string, unknown>, stdin: Uint8Array): Uint8Array {
  return Buffer.from(JSON.stringify({ ...settings, stdin: { base64: Buffer.from(stdin).toString('base64') } }));
}

async function whole(invocation: Invocation, route: string, call: Call): Promise<number> {
  const answer = await invocation.client.request<ExecAnswer>('POST', route, call);
  const { exitCode, signal, reason, notices = [] } = answer.body;
  await tellNotices(invocation, notices);
  await invocation.output.answer(answer, '');
  return exitCode ?? ended(invocation, { code: null, ...(signal ? { signal } : {}), ...(reason ? { reason } : {}) });
}

async function live(invocation: Invocation<ExecOptions>, route: string, call: Call): Promise<number> {
  const stream = await invocation.client.stream('POST', route, call);
  const exit = await copyOutput(stream, invocation);
  if (exit === null) {
    throw new CliError(
      'STREAM_BROKEN',
      'The stream ended before the command did; how it ended is unknown. Run `ampoule sandbox ls`, and try again.',
    );
  }
  if (exit.code === EXIT.notFound) await tellOfSandbox(invocation);
  return exitOfCommand(invocation, exit);
}

/** Its own exit code, where it has one. */
export async function exitOfCommand(invocation: Invocation, exit: ExitRecord): Promise<number> {
  return exit.code === null || exit.reason !== undefined ? ended(invocation, exit) : exit.code;
}

/** The exit code of a command that did not end by itself: 125 where we ended it, 128 + signal where a signal did, as shells have it. */
async function ended(invocation: Invocation, exit: ExitRecord): Promise<number> {
  if (exit.reason !== undefined) {
    await invocation.output.say(`the command was ended: ${exit.reason}.`);
    return EXIT.ours;
  }
  const number = Object.entries(constants.signals).find(([name]) => name === exit.signal)?.[1];
  await invocation.output.say(`the command was ended by ${exit.signal ?? 'an unknown signal'}.`);
  return number === undefined ? EXIT.ours : 128 + number;
}
