/** `ampoule activate`, `deactivate` and the toggle table: what a session's sandboxes have. */

import type { Command } from 'commander';
import { activateAgain } from '../../activate-again.js';
import type { Change, List, ToggleAnswer } from '../answers.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { ApiError, CliError, EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { chooseSession } from '../session-choice.js';
import { table, time } from '../table.js';

interface Filters {
  provider?: string;
  account?: string;
  tag?: string;
  environment?: string;
  all?: true;
}
interface ActivateOptions extends Filters {
  as?: string;
  ttl?: string;
  acrossEnvironments?: true;
  exactly?: true;
}

const SELECTORS =
  'A selector is a name, provider[@account], *@account, tag:x or env:x. Options narrow it further: a secret has to fit all of them.';

export function activationCommands(tree: Tree, program: Command): void {
  filters(
    leaf<ActivateOptions>(
      tree,
      program,
      {
        usage: 'activate [selector...]',
        summary: "let the session's sandboxes have these secrets; all or nothing",
        description: SELECTORS,
        examples: [
          'activate GITHUB_TOKEN@work --ttl 2h',
          'activate aws tag:database --session dev',
          'activate GITHUB_TOKEN@personal --as GITHUB_TOKEN_2',
          'activate --exactly GITHUB_TOKEN@work STRIPE_KEY',
        ],
        has: ['session', 'wait'],
      },
      activate,
    ),
  )
    .option('--as <variable>', 'the variable it has in this session; for one secret')
    .option('--ttl <duration>', 'deactivates by itself after this, such as 2h')
    .option('--across-environments', "a secret of another environment than the session's too")
    .option('--exactly', 'deactivate everything else');
  filters(
    leaf<Filters>(
      tree,
      program,
      {
        usage: 'deactivate [selector...]',
        summary: "take these secrets away from the session's sandboxes",
        description: SELECTORS,
        examples: ['deactivate GITHUB_TOKEN@work', 'deactivate --all --session dev'],
        has: ['session', 'wait'],
      },
      deactivate,
    ),
  );
}

function filters(command: Command): Command {
  return command
    .option('--provider <provider>', 'of this provider')
    .option('--account <account>', 'of this account')
    .option('--tag <tag>', 'with this tag')
    .option('--environment <environment>', 'of this environment')
    .option('--all', 'all there are');
}

/** The selection as the API takes it. @throws CliError where there is none. */
function selection({ args, options }: Invocation<Filters>, verb: string): Record<string, unknown> {
  const { provider, account, tag, environment, all } = options;
  const chosen = { provider, account, tag, environment, all, selectors: args.length === 0 ? undefined : args };
  if (Object.values(chosen).some((part) => part !== undefined)) return chosen;
  throw usage(`Nothing was selected. Run \`ampoule ${verb} NAME\`, or \`ampoule secrets\` for the names.`);
}

async function activate(invocation: Invocation<ActivateOptions>): Promise<number> {
  const { args, options } = invocation;
  const { ttl, acrossEnvironments } = options;
  if (options.as !== undefined || options.exactly === true) return activateNamed(invocation);
  const json = { ...selection(invocation, 'activate'), ttl, acrossEnvironments };
  const session = await chooseSession(invocation);
  const making = makeChange<Change>(invocation, 'POST', path('sessions', session, 'activate'), { json });
  const answer = await namingOthers(invocation, session, making);
  return tellChange(invocation, answer, `${what(args)} active in ${session}`);
}

/** One under another variable, or exactly these: both go by names. */
async function activateNamed(invocation: Invocation<ActivateOptions>): Promise<number> {
  const { args, options } = invocation;
  const { as, ttl, acrossEnvironments } = options;
  const { provider, account, tag, environment, all } = options;
  if ([provider, account, tag, environment, all].some((part) => part !== undefined)) {
    throw usage('--as and --exactly go by names. Leave out --provider, --account, --tag, --environment and --all.');
  }
  const [name] = args;
  if (options.exactly === true) {
    if (as !== undefined) throw usage('--as goes with one secret, not with --exactly. Run two commands.');
    if (name === undefined) {
      throw usage('--exactly names no secret. Run `ampoule deactivate --all` if nothing is to be active.');
    }
    const session = await chooseSession(invocation);
    const json = { active: ttl === undefined ? args : args.map((one) => ({ name: one, ttl })), acrossEnvironments };
    const answer = await makeChange<Change>(invocation, 'PUT', path('sessions', session, 'secrets'), { json });
    return tellChange(invocation, answer, `Exactly ${what(args)} active in ${session}`);
  }
  if (name === undefined || args.length > 1) throw usage('--as wants exactly one secret. Run one command for each.');
  const session = await chooseSession(invocation);
  const answer = await makeChange<Change>(invocation, 'PUT', path('sessions', session, 'secrets', name), {
    json: { as, ttl, acrossEnvironments },
  });
  return tellChange(invocation, answer, `${name} is active as ${as} in ${session}`);
}

async function deactivate(invocation: Invocation<Filters>): Promise<number> {
  const json = selection(invocation, 'deactivate');
  const session = await chooseSession(invocation);
  const making = makeChange<Change>(invocation, 'POST', path('sessions', session, 'deactivate'), { json });
  const answer = await namingOthers(invocation, session, making);
  return tellChange(invocation, answer, `${what(invocation.args)} not active in ${session}`);
}

/** A name that no secret has is refused with those that have an account or an environment beside it. */
async function namingOthers<T>(invocation: Invocation, session: string, making: Promise<T>): Promise<T> {
  const { args, client, command, output } = invocation;
  try {
    return await making;
  } catch (error) {
    if (output.json || !(error instanceof ApiError) || error.code !== 'SECRET_NOT_FOUND') throw error;
    const { body } = await client.request<List<ToggleAnswer>>('GET', path('sessions', session, 'secrets'));
    const names = body.items.map(({ name }) => name);
    const unknown = args.filter((arg) => !names.includes(arg));
    const meant = names.filter((name) =>
      unknown.some((arg) => name.startsWith(`${arg}@`) || name.startsWith(`${arg}.`)),
    );
    if (meant.length === 0) throw error;
    const there = `No secret is called just that. There are: ${meant.join(', ')}`;
    throw new CliError(error.code, `${there}. Name one: \`${command} ${meant[0]} --session ${session}\`.`, {
      cause: error,
    });
  }
}

function what(args: string[]): string {
  return args.length === 0 ? 'What was selected is' : `${args.join(', ')} ${args.length === 1 ? 'is' : 'are'}`;
}

/** Every registered secret, and whether the session has it. */
export async function toggleTable(invocation: Invocation): Promise<number> {
  const { client, output } = invocation;
  const session = await chooseSession(invocation);
  const answer = await client.request<List<ToggleAnswer>>('GET', path('sessions', session, 'secrets'));
  const items = answer.body.items;
  const rows = items.map((row) => [
    row.active ? 'active' : row.lapsed ? 'lapsed' : null,
    row.name,
    [row.as ?? row.env, ...row.followers].join(' '),
    row.provider,
    row.account,
    row.environment,
    row.version,
    time(row.until),
    row.conflictsWith?.join(', '),
  ]);
  const titles = [
    'STATE',
    'NAME',
    'VARIABLE',
    'PROVIDER',
    'ACCOUNT',
    'ENVIRONMENT',
    'VERSION',
    'UNTIL',
    'CONFLICTS WITH',
  ];
  const [head = '', ...lines] = table(titles, rows).split('\n');
  const coloured = lines.map((line, index) => (items[index]?.active ? output.colour('green', line) : line));
  await output.answer(
    answer,
    items.length === 0 ? 'No secret is registered. Run `ampoule secret add NAME`.' : [head, ...coloured].join('\n'),
  );
  const lapsed = items.filter((row) => row.lapsed);
  const again = activateAgain(session, lapsed).map(({ command }) => `Run \`${command}\`.`);
  const [first, ...further] = again;
  if (first !== undefined) await output.say(`lapsed: was active until the session's last sandbox ended. ${first}`);
  for (const line of further) await output.say(line);
  return EXIT.done;
}
