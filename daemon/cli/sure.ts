/** Asks a person whether something that cannot be undone is meant. A script means what it says, and is not asked. */

import { CliError, EXIT, usage } from './errors.js';
import type { Invocation } from './invocation.js';
import { askVisible } from './visible-prompt.js';

/**
 * Goes on after y or yes, with `--yes`, and where standard input is no terminal. @throws CliError (130, or 2 where a person could
 * not see the question) otherwise: nothing is done then.
 */
export async function assureSure(invocation: Invocation<{ yes?: true }>, question: string): Promise<void> {
  const { around, options } = invocation;
  const { stdin, stderr } = around;
  if (options.yes === true || stdin.isTTY !== true) return;
  if (stderr.isTTY !== true)
    throw usage(`${question} Nobody could be asked: standard error is no terminal. Give --yes.`);
  const answer = await askVisible(`${question} [y/N] `, around);
  if (/^y(es)?$/i.test(answer)) return;
  throw new CliError('NOT_CONFIRMED', 'Nothing was changed. Answer y, or give --yes.', { exit: EXIT.interrupted });
}
