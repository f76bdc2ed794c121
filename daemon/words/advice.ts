/** Which commands answer what was asked. Says them; runs none. */

import type { Lexicon, Understanding } from './types.js';

/** So many commands are said. */
const MOST = 6;
const LOST = /\b(commit|leak|exposed|pasted|published|pushed)/i;

/** Commands to copy, for what is understood and is no change. @param text what was asked. */
export function adviceOf(
  { action, names, commands = [] }: Understanding,
  { secrets, session }: Lexicon,
  text: string,
): string[] {
  const { name: at } = session;
  const chosen = secrets.filter(({ name }) => names.includes(name));
  const variables = [...new Set(chosen.map(({ env }) => env))].slice(0, MOST);
  switch (action) {
    case 'list':
      return [`ampoule secrets --session ${at}`];
    case 'explain':
      return variables.length > 0
        ? variables.map((env) => `ampoule explain ${env} --session ${at}`)
        : [`ampoule secrets --session ${at}`];
    case 'reveal':
      return names.slice(0, MOST).map((name) => `ampoule secret reveal ${name} --reason 'why it is needed'`);
    case 'doctor': {
      const lost = LOST.test(text) ? names.slice(0, MOST).map((name) => `ampoule leak ${name}`) : [];
      const all =
        variables.length > 0
          ? variables.map((env) => `ampoule doctor ${env} --session ${at}`)
          : [`ampoule doctor --session ${at}`];
      return [...lost, ...all];
    }
    default:
      return commands;
  }
}
