/** Asks for something that is no secret at a terminal. Never used where standard input is none. */

import { createInterface } from 'node:readline/promises';
import { interrupted } from './errors.js';
import type { Surroundings } from './surroundings.js';

/** One line without white space around it; empty where the input ends. @throws CliError (130) for Ctrl-C. */
export async function askVisible(question: string, { stdin, stderr }: Surroundings): Promise<string> {
  const asked = createInterface({ input: stdin, output: stderr, terminal: true });
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      asked.once('SIGINT', () => reject(interrupted()));
      asked.once('close', () => resolve(''));
      void asked.question(question).then(resolve, reject);
    });
    return answer.trim();
  } finally {
    asked.close();
  }
}
