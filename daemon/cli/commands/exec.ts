/** `ampoule exec`: runs a command in a sandbox, its output live, its exit code ours. */

import { constants } from 'node:os';
import type { Command } from 'commander';
import type { ExecAnswer, List, SandboxAnswer } from '../answers.js';
import { type Call, path } from '../client.js';
import { leaf, pairs, several, type Tree } from '../command-tree.js';
import { ApiError, CliError, EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { withValue } from '../json-bytes.js';
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
}

export function execCommand(tree: Tree, program: Command): void {
  leaf<ExecOptions>(
    tree,
    program,
    {
      usage: 'exec <command...>',
      summary: 'run a command in a sandbox',
      description:
        "Exit code: the command's, 126 and 127 where it cannot run or is not found, 125 where something of ours failed, 130 for Ctrl-C, which ends the command. Without --sandbox it runs in the session's only sandbox; --session takes a sandbox's name too.",
      examples: ['exec -- env', "exec -b box -- sh -c 'git push'", 'exec -s dev -i -- psql < schema.sql'],
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
    .passThroughOptions();
}

async function exec(invocation: Invocation<ExecOptions>): Promise<number> {
  const { options } = invocation;
  const call = await request(invocation);
  const sandbox = options.sandbox ?? (await chooseSandbox(invocation));
  const route = path('sandboxes', sandbox, 'exec');
  return invocation.untilInterrupted((signal) =>
    invocation.output.json
      ? whole(invocation, route, { ...call, signal, deadline: 0 })
      : live(invocation, route, { ...call, signal, deadline: 0, accept: 'application/x-ndjson' }),
  );
}

async function request({ args, options, around, output }: Invocation<ExecOptions>): Promise<Call> {
  const { workdir, user, timeout } = options;
  const settings = { command: args, env: pairs(options.env, '--env'), workdir, user, timeout };
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

/** The session's only live sandbox, or the sandbox that `--session` names. @throws CliError (2) that lists them where there are more. */
async function chooseSandbox(invocation: Invocation<ExecOptions>): Promise<string> {
  const session = await chooseSession(invocation);
  const sandboxes = await sandboxesOf(invocation, session);
  if (sandboxes === null) return session;
  const [only, ...more] = sandboxes;
  if (only === undefined) {
    throw usage(`The session ${session} has no sandbox. Run \`ampoule sandbox run --session ${session}\`.`);
  }
  if (more.length === 0) return only.id;
  const names = sandboxes.map((one) => one.name).join(', ');
  throw usage(`Which sandbox? The session ${session} has ${names}. Give one with --sandbox.`);
}

/** null: there is no such session, and somebody who typed the name may have meant a sandbox. */
async function sandboxesOf(invocation: Invocation<ExecOptions>, session: string): Promise<SandboxAnswer[] | null> {
  const query = { session, state: 'live', limit: 200 };
  try {
    return (await invocation.client.request<List<SandboxAnswer>>('GET', path('sandboxes'), { query })).body.items;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'SESSION_NOT_FOUND') throw error;
    const typed = invocation.options.session !== undefined && !session.startsWith('ses_');
    if (typed && (await isSandbox(invocation, session))) return null;
    throw error;
  }
}

async function isSandbox(invocation: Invocation<ExecOptions>, name: string): Promise<boolean> {
  try {
    await invocation.client.request('GET', path('sandboxes', name));
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'SANDBOX_NOT_FOUND') return false;
    throw error;
  }
}

async function whole(invocation: Invocation, route: string, call: Call): Promise<number> {
  const answer = await invocation.client.request<ExecAnswer>('POST', route, call);
  await invocation.output.answer(answer, '');
  const { exitCode, signal, reason } = answer.body;
  return exitCode ?? ended(invocation, { code: null, ...(signal ? { signal } : {}), ...(reason ? { reason } : {}) });
}

async function live(invocation: Invocation, route: string, call: Call): Promise<number> {
  const stream = await invocation.client.stream('POST', route, call);
  const exit = await copyOutput(stream, invocation);
  if (exit === null) {
    throw new CliError(
      'STREAM_BROKEN',
      'The stream ended before the command did; how it ended is unknown. Run `ampoule sandbox ls`, and try again.',
    );
  }
  return exit.code === null || exit.reason !== undefined ? ended(invocation, exit) : exit.code;
}

/** A command that did not end by itself: 125 where we ended it, 128 + signal where a signal did, as shells have it. */
async function ended(invocation: Invocation, exit: ExitRecord): Promise<number> {
  if (exit.reason !== undefined) {
    await invocation.output.say(`the command was ended: ${exit.reason}.`);
    return EXIT.ours;
  }
  const number = Object.entries(constants.signals).find(([name]) => name === exit.signal)?.[1];
  await invocation.output.say(`the command was ended by ${exit.signal ?? 'an unknown signal'}.`);
  return number === undefined ? EXIT.ours : 128 + number;
}
