/** `ampoule ask`: says in words what is wanted. A change is made only after a person at this terminal, or elsewhere, approves it. */

import type { Command } from 'commander';
import type { ApprovedAnswer, UnderstoodAnswer } from '../answers.js';
import { makeChange, tellChange, tellNotices } from '../change.js';
import { type Answer, path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { CliError, EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { chooseSession } from '../session-choice.js';
import { assureSure } from '../sure.js';
import { printable, table, time } from '../table.js';
import { askVisible } from '../visible-prompt.js';

interface AskOptions {
  yes?: true;
}

export function askCommand(tree: Tree, program: Command): void {
  leaf<AskOptions>(
    tree,
    program,
    {
      usage: 'ask <words...>',
      summary: 'say in words what the session is to have, or ask what it has',
      description:
        'A change becomes a request. At a terminal you are asked whether to approve it; elsewhere it waits, unless --yes is given. ' +
        'Exit code 2 where it is not understood.',
      examples: [
        "ask 'activate the staging database for 20 minutes'",
        'ask turn off everything for production',
        "ask 'which secrets are active?' --session dev",
      ],
      has: ['session', 'wait'],
    },
    ask,
  ).option('-y, --yes', 'approve what is understood without asking');
}

async function ask(invocation: Invocation<AskOptions>): Promise<number> {
  const { args, client } = invocation;
  const session = await chooseSession(invocation);
  const send = (text: string) =>
    client.request<UnderstoodAnswer>('POST', path('sessions', session, 'ask'), { json: { text } });
  let answer = await send(args.join(' '));
  for (
    let chosen = await choice(invocation, answer.body);
    chosen !== null;
    chosen = await choice(invocation, answer.body)
  )
    answer = await send(chosen);
  const { action, requestId, question, notices } = answer.body;
  if (requestId !== undefined) return decide(invocation, answer, session, requestId);
  await invocation.output.answer(answer, answerText(answer.body));
  await tellNotices(invocation, notices);
  return action === null && question !== undefined ? EXIT.usage : EXIT.done;
}

/** The text that a person at the terminal chooses as answer to the question; null where there is none to choose, or nobody. */
async function choice(
  { around, options, output }: Invocation<AskOptions>,
  { understood, question, choices = [] }: UnderstoodAnswer,
): Promise<string | null> {
  const { stdin, stderr } = around;
  if (choices.length === 0 || stdin.isTTY !== true || stderr.isTTY !== true || options.json === true) return null;
  await output.say(`${understood} ${question ?? ''}`);
  for (const [index, text] of choices.entries()) await output.write(stderr, `  ${index + 1}  ${printable(text)}\n`);
  const typed = await askVisible(`Which, 1 to ${choices.length}? (Enter: none) `, around);
  const chosen = choices[Number(typed) - 1];
  if (chosen !== undefined) return chosen;
  if (typed === '') throw new CliError('NOT_CONFIRMED', 'Nothing was changed.', { exit: EXIT.interrupted });
  throw usage(`${JSON.stringify(typed)} is none of them. Nothing was changed.`);
}

/** Approves the request where whoever is here may, and says so; leaves it to wait where nobody is asked. */
async function decide(
  invocation: Invocation<AskOptions>,
  answer: Answer<UnderstoodAnswer>,
  session: string,
  id: string,
): Promise<number> {
  const { client, options, output, around } = invocation;
  const { action, names, ttl, acrossEnvironments, understood, mayApprove = false, notices } = answer.body;
  const person = options.yes === true || (around.stdin.isTTY === true && options.json !== true);
  if (!mayApprove || !person) {
    await output.answer(answer, `${printable(understood)}\nIt waits as ${id}.`);
    return tellNotices(invocation, notices);
  }
  const where = acrossEnvironments === true ? ', across environments,' : '';
  const span = ttl === undefined ? '' : ` for ${ttl}`;
  const what = printable(`${action} ${names.join(', ')}${where} in ${session}${span}`);
  try {
    await assureSure(invocation, `${what.charAt(0).toUpperCase()}${what.slice(1)}?`);
  } catch (error) {
    // One that waited before stays.
    if (answer.status === 201) await client.request('DELETE', path('requests', id));
    throw error;
  }
  const approving = makeChange<ApprovedAnswer>(invocation, 'POST', path('requests', id, 'approve'), { json: {} });
  return tellChange(invocation, await approving, `Approved: ${what}`);
}

function answerText({ understood, secrets = [], commands = [], question, choices = [] }: UnderstoodAnswer): string {
  const rows = secrets.map(({ name, active, as, until }) => [name, active ? 'active' : 'no', as, until && time(until)]);
  const parts = [
    printable(understood),
    ...(rows.length > 0 ? [table(['NAME', 'ACTIVE', 'AS', 'UNTIL'], rows)] : []),
    ...(question === undefined ? [] : [printable(question)]),
    ...choices.map((text) => `  ampoule ask ${quoted(text)}`),
    ...commands.map((command) => `  ${printable(command)}`),
  ];
  return parts.join('\n');
}

/** As a shell takes it for one word. */
function quoted(text: string): string {
  return `'${printable(text).replaceAll("'", "'\\''")}'`;
}
