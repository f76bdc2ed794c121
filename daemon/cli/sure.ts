/** Asks a person whether something that cannot be undone is meant. A script means what it says, and is not asked. */

import { createInterface } from 'node:readline/promises';
import { CliError, EXIT, interrupted, usage } from './errors.js';
import type { Invocation } from './invocation.js';

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
  const asked = createInterface({ input: stdin, output: stderr, terminal: true });
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      asked.once('SIGINT', () => reject(interrupted()));
      asked.once('close', () => resolve(''));
      void asked.question(`${question} [y/N] `).then(resolve, reject);
    });
    if (/^\s*y(es)?\s*$/i.test(answer)) return;
  } finally {
    asked.close();
  }
  throw new CliError('NOT_CONFIRMED', 'Nothing was changed. Answer y, or give --yes.', { exit: EXIT.interrupted });
}
