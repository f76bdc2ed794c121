/** `ampoule run`: a command on this machine with a session's active secrets in its environment, and nowhere else. */

import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { EnvironmentAnswer } from '../answers.js';
import { path } from '../client.js';
import { leaf, several, type Tree } from '../command-tree.js';
import { CliError, usage } from '../errors.js';
import { type HeldSignals, holdSignals } from '../held-signals.js';
import type { Invocation } from '../invocation.js';
import { writeLocalFiles } from '../local-files.js';
import { runLocally } from '../local-process.js';
import { chooseSession } from '../session-choice.js';

interface RunOptions {
  only?: string[];
  quiet?: true;
}

export function runCommand(tree: Tree, program: Command): void {
  leaf<RunOptions>(
    tree,
    program,
    {
      usage: 'run <command...>',
      summary: "run a command on this machine with the session's active secrets",
      description:
        "Values go into the command's environment, and files into a directory in memory that is removed with it. Exit code: the command's. Nobody ends it when a secret is deactivated or rotated: it keeps what it was given, and `ampoule secret usage` says so.",
      examples: ['run -- npm test', 'run --only tag:database -- psql', 'run -s dev --quiet -- ./deploy.sh'],
      has: ['session'],
    },
    run,
  )
    .option('--only <selector>', 'only these of the active ones; may be given several times', several)
    .option('-q, --quiet', 'do not say what it is given')
    .passThroughOptions();
}

async function run(invocation: Invocation<RunOptions>): Promise<number> {
  const { around, output } = invocation;
  if (output.json)
    throw usage(
      "--json has nothing to print: standard output is the command's. Leave it out; see `ampoule secrets --json`.",
    );
  const session = await chooseSession(invocation);
  // Whoever is ended from here on leaves no file, and the daemon hears of the end.
  const held = holdSignals(around);
  try {
    return await withValues(invocation, session, held);
  } catch (error) {
    const exit = held.exit();
    if (exit !== null && error instanceof CliError && error.code === 'INTERRUPTED') return exit;
    throw error;
  } finally {
    held.release();
  }
}

async function withValues(invocation: Invocation<RunOptions>, session: string, held: HeldSignals): Promise<number> {
  const { args, around, client, options, output } = invocation;
  const at = path('sessions', session, 'environment');
  const json = { host: hostname(), pid: process.pid, command: args, only: options.only };
  const { body } = await held.patiently((signal) => client.request<EnvironmentAnswer>('POST', at, { json, signal }));
  try {
    for (const notice of body.notices) await output.say(notice);
    const variables = variablesOf(body);
    const files = writeLocalFiles(
      Object.entries(body.files).map(([variable, { name, content }]) => ({
        variable,
        name,
        content: bytesOf(content),
      })),
      around.env,
    );
    try {
      if (options.quiet !== true && body.secrets.length > 0) await output.say(givenText(body, args[0] ?? ''));
      const given = { ...withoutToken(around.env), ...variables, ...files.paths };
      return held.exit() ?? (await runLocally(args, given, around));
    } finally {
      files.remove();
    }
  } finally {
    await tellEnd(invocation, body, held);
  }
}

/** The command gets the session's secrets, and not the token that opens all others. */
function withoutToken({ AMPOULE_TOKEN: _ours, ...env }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env;
}

/** Names, never values. */
function givenText({ secrets, session }: EnvironmentAnswer, program: string): string {
  const all = secrets.map(({ variable, secret, version }) =>
    variable === secret ? `${variable} v${version}` : `${variable} (${secret} v${version})`,
  );
  return `${program} gets ${all.join(', ')} of the session ${session}.`;
}

function variablesOf({ variables }: EnvironmentAnswer): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      throw usage(`${name} is no UTF-8, and cannot be handed over as a variable here. Leave it out with --only.`);
    }),
  );
}

function bytesOf(content: string | { base64: string }): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.base64, 'base64');
}

/** The history says until when it had the values only if the daemon hears of its end. */
async function tellEnd(
  { client, output }: Invocation,
  { id, session }: EnvironmentAnswer,
  held: HeldSignals,
): Promise<void> {
  const at = path('sessions', session, 'environment', id);
  try {
    await held.patiently((signal) => client.request('DELETE', at, { signal }));
  } catch {
    await output.say(
      `the daemon did not hear that the command ended, so the history shows it as running. Tell it with DELETE ${at}.`,
    );
  }
}
