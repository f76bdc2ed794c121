/** Asks a person whether something that cannot be undone is meant. A script means what it says, and is not asked. */

import { createInterface } from 'node:readline/promises';
import { CliError, EXIT, interrupted } from './errors.js';
import type { Invocation } from './invocation.js';

/** Goes on after y or yes, with `--yes`, and where there is no terminal. @throws CliError (130) otherwise: nothing is done then. */
export async function assureSure(invocation: Invocation<{ yes?: true }>, question: string): Promise<void> {
  const { around, options } = invocation;
  const { stdin, stderr } = around;
  if (options.yes === true || stdin.isTTY !== true || stderr.isTTY !== true) return;
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
