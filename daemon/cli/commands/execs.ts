/** `ampoule execs …` and `ampoule attach`: commands that run in a sandbox, ending one, listening to one that is detached. */

import type { Command } from 'commander';
import type { List, RunningExecAnswer } from '../answers.js';
import { path } from '../client.js';
import { group, leaf, type Tree } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import { sandboxOfExec } from '../exec-place.js';
import type { Invocation } from '../invocation.js';
import { chooseSandbox } from '../sandbox-choice.js';
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

async function ls(invocation: Invocation<InSandbox & { ended?: true }>): Promise<number> {
  const sandbox = await chooseSandbox(invocation);
  const route = path('sandboxes', sandbox, 'execs');
  const query = invocation.options.ended === true ? { state: 'ended' } : {};
  const answer = await invocation.client.request<List<RunningExecAnswer>>('GET', route, { query });
  const { items } = answer.body;
  const text = invocation.options.ended === true ? endedTable(items) : runningTable(items);
  await invocation.output.answer(answer, items.length === 0 ? 'None.' : text);
  return EXIT.done;
}

function runningTable(items: RunningExecAnswer[]): string {
  const rows = items.map((one) => [
    one.execId,
    one.detached === true ? 'yes' : 'no',
    one.tty === true ? 'yes' : 'no',
    time(one.startedAt),
    shown(one.command),
  ]);
  return table(['EXEC', 'DETACHED', 'TERMINAL', 'STARTED', 'COMMAND'], rows);
}

function endedTable(items: RunningExecAnswer[]): string {
  const rows = items.map((one) => [
    one.execId,
    [one.exitCode ?? one.signal ?? '?', one.reason].filter((word) => word !== undefined).join(' '),
    time(one.startedAt),
    time(one.endedAt ?? null),
    shown(one.command),
  ]);
  return table(['EXEC', 'EXIT', 'STARTED', 'ENDED', 'COMMAND'], rows);
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
