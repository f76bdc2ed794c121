/** The tables of docs/words.md: the vault of its examples, what words mean there, and what is asked back. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Lexicon } from '../../../daemon/words/types.js';
import { PROVIDERS, secretOf } from './corpus.js';

const PAGE = readFileSync(fileURLToPath(new URL('../../../docs/words.md', import.meta.url)), 'utf8');

/** Cells of the rows below the head that begins with this word. */
function rowsOf(head: string): string[][] {
  const [, table = ''] = PAGE.split(new RegExp(`^\\| ${head} \\|.*\\n\\|[ -|]+\\n`, 'm'));
  const lines = table.split('\n');
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const bare = (cell = ''): string => cell.replaceAll('`', '');

export const DOCUMENTED: Lexicon = {
  session: { name: 'web', environment: 'staging' },
  providers: PROVIDERS,
  secrets: rowsOf('secret').map(([name, provider, tags, active]) =>
    secretOf([bare(name), bare(provider), active, tags === '' ? '' : `#${bare(tags)}`].join(' ')),
  ),
};
/** Words, and what they mean as the corpus writes it. */
export const MEANINGS = rowsOf('words \\| mean').map(([text = '', meaning]) => ({ text, expected: bare(meaning) }));
/** Words, and all that is offered. */
export const ASKED_BACK = rowsOf('words \\| choices').map(([text = '', choices = '']) => ({
  text,
  choices: [...choices.matchAll(/`([^`]+)`/g)].map(([, choice]) => choice ?? ''),
}));
