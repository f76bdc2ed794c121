/** The whole CLI as one call: arguments in, exit code out. Every error ends here as one line and its code. */

import { Command, CommanderError } from 'commander';
import { type Tree, usageError } from './command-tree.js';
import { activationCommands } from './commands/activation.js';
import { askCommand } from './commands/ask.js';
import { auditCommands } from './commands/audit.js';
import { connectCommand } from './commands/connect.js';
import { connectionCommands } from './commands/connection.js';
import { decideCommands } from './commands/decide.js';
import { doctorCommand } from './commands/doctor.js';
import { execCommand } from './commands/exec.js';
import { execsCommands } from './commands/execs.js';
import { explainCommand } from './commands/explain.js';
import { exposureCommand } from './commands/exposure.js';
import { leakCommands } from './commands/leak.js';
import { providerCommands } from './commands/provider.js';
import { requestCommands } from './commands/request.js';
import { runCommand } from './commands/run.js';
import { sandboxCommands } from './commands/sandbox.js';
import { scanCommand } from './commands/scan.js';
import { secretCommands } from './commands/secret.js';
import { sessionCommands } from './commands/session.js';
import { shellCommand } from './commands/shell.js';
import { statusCommands } from './commands/status.js';
import { tokenCommands } from './commands/token.js';
import { vaultCommands } from './commands/vault.js';
import { apiToken } from './environment.js';
import { ApiError, CliError, EXIT, exitCodeOf } from './errors.js';
import { Output } from './output.js';
import type { Surroundings } from './surroundings.js';

/** Runs one command line (without `node` and the program's name) and gives the exit code. Never throws. */
export async function run(argv: readonly string[], around: Surroundings, version: string): Promise<number> {
  const dashes = argv.indexOf('--');
  const tree: Tree = { around, exit: EXIT.done, afterDashes: dashes === -1 ? 0 : argv.length - dashes - 1 };
  try {
    await commands(tree, version).parseAsync(argv, { from: 'user' });
    return tree.exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    await report(error, argv, tree);
    return exitCodeOf(error);
  }
}

/** The command tree; also what docs/cli.md is checked against. */
export function commands(tree: Tree, version: string): Command {
  const program = new Command('ampoule');
  program
    .description("Keeps secrets in a sealed vault and gives them to sandboxes, one session's active secrets at a time.")
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => tree.around.stdout.write(text),
      writeErr: (text) => tree.around.stderr.write(withoutValues(text)),
      outputError: usageError(program),
      getOutHelpWidth: () => tree.around.stdout.columns ?? 100,
      getErrHelpWidth: () => tree.around.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', HELP);
  statusCommands(tree, program);
  vaultCommands(tree, program);
  secretCommands(tree, program);
  providerCommands(tree, program);
  connectCommand(tree, program);
  connectionCommands(tree, program);
  sessionCommands(tree, program);
  activationCommands(tree, program);
  askCommand(tree, program);
  requestCommands(tree, program);
  decideCommands(tree, program);
  sandboxCommands(tree, program);
  execCommand(tree, program);
  runCommand(tree, program);
  shellCommand(tree, program);
  execsCommands(tree, program);
  exposureCommand(tree, program);
  scanCommand(tree, program);
  leakCommands(tree, program);
  explainCommand(tree, program);
  doctorCommand(tree, program);
  auditCommands(tree, program);
  tokenCommands(tree, program);
  return program;
}

/** What follows a mistyped option may be a value that was never meant for an argument. */
function withoutValues(text: string): string {
  return text.replace(/^error: /, 'ampoule: ').replace(/(unknown option '[^'=]*)=[^\n]*'/, "$1=…'");
}

const HELP = `
Examples:
  $ ampoule secret add GITHUB_TOKEN@work
  $ ampoule session new dev
  $ ampoule sandbox run debian:stable-slim --name box
  $ ampoule activate GITHUB_TOKEN@work
  $ ampoule exec -- env
  $ ampoule deactivate --all

Environment:
  AMPOULE_ADDR        unix:///path or http://host:port (default: the daemon's socket)
  AMPOULE_TOKEN_FILE  file with the token (default: the daemon's first operator token, if you may read it)
  AMPOULE_TOKEN       the token itself
  AMPOULE_SESSION     the session, before the nearest .ampoule.json and the only live one`;

/** One line that says what was wrong, in the API's own words, and the code. */
async function report(error: unknown, argv: readonly string[], { around, invocation }: Tree): Promise<void> {
  const ending = argv.indexOf('--');
  const output = new Output(around, (ending === -1 ? argv : argv.slice(0, ending)).includes('--json'));
  if (error instanceof ApiError) {
    const { detail, code, errors = [], requestId, status } = error.problem;
    if (output.json) await output.print(error.text);
    await output.say(`${detail} [${code}]`);
    for (const problem of errors) {
      // What the sentence says already is not said twice.
      if (!detail.includes(problem.detail.replace(/\.$/, '')))
        await output.say(`  ${problem.pointer || '/'}: ${problem.detail}`);
    }
    if (code === 'TOKEN_MISSING') await output.say(`  looked for one in ${apiToken(around).from}`);
    else if (status === 401) await output.say(`  this one is from ${apiToken(around).from}`);
    const named = code.startsWith('SESSION_') ? invocation?.sessionFrom : undefined;
    if (named !== undefined) {
      await output.say(`  ${named.session} is from ${named.from}; give another with --session, or \`ampoule use\``);
    }
    if (status === 500 && requestId !== undefined) await output.say(`  requestId ${requestId}`);
  } else if (error instanceof CliError) {
    await output.say(error.code === 'INTERRUPTED' ? 'interrupted.' : `${error.message} [${error.code}]`);
  } else {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
    await output.say(`Something of ours went wrong (${what}). Report this with what you ran. [INTERNAL]`);
  }
}
