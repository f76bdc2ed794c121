/** `ampoule execs …` and `ampoule attach`: commands that run in a sandbox, ending one, listening to one that is detached. */

import type { Command } from 'commander';
import type { List, RunningExecAnswer } from '../answers.js';
import { type Answer, path } from '../client.js';
import { group, leaf, type Tree } from '../command-tree.js';
import { ApiError, EXIT, usage } from '../errors.js';
import { sandboxOfExec } from '../exec-place.js';
import type { Invocation } from '../invocation.js';
import { sandboxesOfSession } from '../sandbox-choice.js';
import { copySocket } from '../socket-output.js';
import { table, time } from '../table.js';
import { exitOfCommand } from './exec.js';

interface InSandbox {
  sandbox?: string;
}
/** Characters of a command in the table. */
const WIDTH = 60;
const SANDBOX = ['-b, --sandbox <name>', 'the sandbox (name or id)'] as const;

export function execsCommands(tree: Tree, program: Command): void {
  const execs = group(program, 'execs', 'commands that run in a sandbox', ['execs ls -b box', 'execs end exe_01J9Z3']);
  leaf<InSandbox & { ended?: true }>(
    tree,
    execs,
    {
      usage: 'ls',
      aliases: ['list'],
      summary: 'list them, oldest first',
      description: 'Without --sandbox those of all live sandboxes of the session.',
      examples: ['execs ls', 'execs ls -b box --ended'],
      has: ['session'],
      isDefault: true,
    },
    ls,
  )
    .option(...SANDBOX)
    .option('--ended', 'detached ones that ended in the last 15 minutes, instead');
  leaf<InSandbox>(
    tree,
    execs,
    {
      usage: 'end <exec>',
      summary: 'end one and all that came of it',
      examples: ['execs end exe_01J9Z3'],
      has: ['session'],
    },
    end,
  ).option(...SANDBOX);
  leaf<InSandbox & { interactive?: true }>(
    tree,
    program,
    {
      usage: 'attach <exec>',
      summary: 'listen to a detached command',
      description:
        'Its last output first, then what comes, redacted; the exit code is its own, also for 15 minutes after it ended. Ctrl-C leaves, and the command goes on.',
      examples: ['attach exe_01J9Z3', 'attach -i exe_01J9Z3 < answers.txt'],
      has: ['session'],
    },
    attach,
  )
    .option(...SANDBOX)
    .option('-i, --interactive', 'give it our standard input');
}

type Listing = Invocation<InSandbox & { ended?: true }>;

async function ls(invocation: Listing): Promise<number> {
  const { sandbox, ended } = invocation.options;
  if (sandbox !== undefined) {
    const answer = await execsOf(invocation, sandbox);
    await invocation.output.answer(answer, execsTable(answer.body.items, ended));
    return EXIT.done;
  }
  const sandboxes = await sandboxesOfSession(invocation);
  const items: RunningExecAnswer[] = [];
  for (const { id } of sandboxes) items.push(...(await execsIfThere(invocation, id)));
  items.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  const names = new Map(sandboxes.map(({ id, name }) => [id, name]));
  await invocation.output.answer({ text: JSON.stringify({ items, next: null }) }, execsTable(items, ended, names));
  return EXIT.done;
}

function execsOf({ client, options }: Listing, sandbox: string): Promise<Answer<List<RunningExecAnswer>>> {
  const query = options.ended === true ? { state: 'ended' } : {};
  return client.request('GET', path('sandboxes', sandbox, 'execs'), { query });
}

/** Nothing of a sandbox that has gone since it was listed. */
async function execsIfThere(invocation: Listing, sandbox: string): Promise<RunningExecAnswer[]> {
  try {
    return (await execsOf(invocation, sandbox)).body.items;
  } catch (error) {
    if (error instanceof ApiError && error.code === 'SANDBOX_NOT_FOUND') return [];
    throw error;
  }
}

/** @param names of the sandboxes by id, where they are several */
function execsTable(items: RunningExecAnswer[], ended = false, names?: ReadonlyMap<string, string>): string {
  if (items.length === 0) return 'None.';
  const [titles, ...rows] = ended ? endedRows(items) : runningRows(items);
  if (names === undefined) return table(titles, rows);
  const inOrder = items.map(({ sandbox }) => names.get(sandbox) ?? sandbox);
  return table(
    ['SANDBOX', ...titles],
    rows.map((row, index) => [inOrder[index], ...row]),
  );
}

type Cells = (string | number | null)[];

function runningRows(items: RunningExecAnswer[]): [string[], ...Cells[]] {
  const rows = items.map((one) => [
    one.execId,
    one.detached === true ? 'yes' : 'no',
    one.tty === true ? 'yes' : 'no',
    time(one.startedAt),
    shown(one.command),
  ]);
  return [['EXEC', 'DETACHED', 'TERMINAL', 'STARTED', 'COMMAND'], ...rows];
}

function endedRows(items: RunningExecAnswer[]): [string[], ...Cells[]] {
  const rows = items.map((one) => [
    one.execId,
    [one.exitCode ?? one.signal ?? '?', one.reason].filter((word) => word !== undefined).join(' '),
    time(one.startedAt),
    time(one.endedAt ?? null),
    shown(one.command),
  ]);
  return [['EXEC', 'EXIT', 'STARTED', 'ENDED', 'COMMAND'], ...rows];
}

/** On one line of a terminal. */
function shown(command: string | undefined): string {
  if (command === undefined) return '-';
  const line = command.replace(/\s+/g, ' ').trim();
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
}

async function end(invocation: Invocation<InSandbox>): Promise<number> {
  const [exec = ''] = invocation.args;
  const route = path('sandboxes', await sandboxOfExec(invocation, exec), 'execs', exec);
  const answer = await invocation.client.request<RunningExecAnswer>('DELETE', route);
  await invocation.output.answer(answer, `${exec} has ended.`);
  return EXIT.done;
}

async function attach(invocation: Invocation<InSandbox & { interactive?: true }>): Promise<number> {
  const [exec = ''] = invocation.args;
  if (invocation.output.json) throw usage('attach prints what the command prints. Leave out --json.');
  const route = `${path('sandboxes', await sandboxOfExec(invocation, exec), 'execs', exec)}/attach`;
  return invocation.untilInterrupted(async (signal) => {
    const socket = await invocation.client.socket(route, ['ampoule.terminal.v1']);
    try {
      const exit = await copySocket(socket, invocation, { input: invocation.options.interactive === true, signal });
      return exit === null ? EXIT.interrupted : await exitOfCommand(invocation, exit);
    } finally {
      socket.terminate();
    }
  });
}
