/** `ampoule shell`: a terminal in a sandbox. The bytes of ours go there as they are typed, Ctrl-C among them. */

import type { Command } from 'commander';
import type { TerminalAnswer } from '../answers.js';
import { path } from '../client.js';
import { leaf, pairs, several, type Tree } from '../command-tree.js';
import { CliError, EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { chooseSandbox, tellOfSandbox } from '../sandbox-choice.js';
import { copySocket } from '../socket-output.js';
import { exitOfCommand } from './exec.js';

interface ShellOptions {
  sandbox?: string;
  env?: string[];
  workdir?: string;
  user?: string;
  unmasked?: true;
}

export function shellCommand(tree: Tree, program: Command): void {
  leaf<ShellOptions>(
    tree,
    program,
    {
      usage: 'shell [command...]',
      summary: 'a terminal in a sandbox',
      description:
        'Without a command, bash or sh. Its secrets are replaced in what it prints; --unmasked is for operators. Closing it ends what was started in it.',
      examples: ['shell', 'shell -b box', 'shell -b box -- vim notes.md'],
      has: ['session'],
    },
    shell,
  )
    .option('-b, --sandbox <name>', 'the sandbox (name or id)')
    .option('-e, --env <NAME=VALUE>', 'a variable that is not secret', several)
    .option('-w, --workdir <path>', 'where it starts')
    .option('-u, --user <user>', 'whom it runs as')
    .option('--unmasked', 'print secrets as they are')
    .passThroughOptions();
}

async function shell(invocation: Invocation<ShellOptions>): Promise<number> {
  const { args, options, around, client } = invocation;
  const { stdin, stdout } = around;
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    throw usage(
      'A shell wants a terminal, and there is none. Run `ampoule exec -- CMD`, with -i for what is piped in.',
    );
  }
  const sandbox = await chooseSandbox(invocation);
  const { workdir, user, unmasked } = options;
  // Some terminals report 0, which is no size.
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const { body } = await client.request<TerminalAnswer>('POST', path('sandboxes', sandbox, 'terminal'), {
    json: {
      command: args.length === 0 ? undefined : args,
      env: pairs(options.env, '--env'),
      ...{ workdir, user },
      masking: unmasked === true ? false : undefined,
      ...size(),
    },
  });
  const socket = await client.socket(body.path, [body.protocol], { ticket: body.ticket });
  const resized = (): void => socket.send(JSON.stringify({ resize: size() }));
  stdout.on('resize', resized);
  stdin.setRawMode?.(true);
  try {
    const exit = await copySocket(socket, invocation, { input: true });
    if (exit === null) throw new CliError('STREAM_BROKEN', 'The terminal ended. Run `ampoule shell` again.');
    if (exit.code === EXIT.notFound) await tellOfSandbox(invocation);
    return await exitOfCommand(invocation, exit);
  } finally {
    stdin.setRawMode?.(false);
    stdout.off('resize', resized);
    socket.terminate();
  }
}
