/** Writes what was understood, and texts that are understood when they are sent. */

import { formatDuration } from '../http/duration.js';
import { meaningsOf } from './grammar.js';
import type { Lexicon, WordSecret } from './types.js';

/** So many names stand in one text at most. */
export const MOST_NAMES = 12;

/** A name as it is understood without doubt: in quotes where it could be a word of the sentence. */
export function nameText(name: string): string {
  return /^[A-Z0-9_]*[_@.]/.test(name) && meaningsOf(name.toLowerCase()).length === 0 ? name : `"${name}"`;
}

export interface ChangeWords {
  act: 'on' | 'off';
  names: readonly string[];
  ttl?: number | undefined;
  across?: boolean | undefined;
}

/** "activate A, B for 20m"; null where it would be too long to be read. */
export function changeText({ act, names, ttl, across }: ChangeWords): string | null {
  if (names.length === 0 || names.length > MOST_NAMES) return null;
  const verb = act === 'on' ? 'activate' : 'deactivate';
  const where = across === true && act === 'on' ? ' across environments' : '';
  const text = `${verb} ${names.map(nameText).join(', ')}${where}${ttl === undefined ? '' : ` for ${formatDuration(ttl)}`}`;
  return text.length > 400 ? null : text;
}

/** What a change would do, for a person. */
export function changeSentence(change: ChangeWords, session: Lexicon['session']): string {
  const { act, names, ttl, across } = change;
  const list =
    names.length > MOST_NAMES
      ? `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`
      : names.join(', ');
  const where = across === true && act === 'on' ? ', across environments,' : '';
  return `${act === 'on' ? 'Activate' : 'Deactivate'} ${list}${where} in ${session.name}${ttl === undefined ? '' : ` for ${formatDuration(ttl)}`}.`;
}

/** "A and B", at most a few of them. */
export function listed(words: readonly string[], most = 6): string {
  const shown = words.slice(0, most).map((word) => (word.length > 60 ? `${word.slice(0, 60)}…` : word));
  const more = words.length > most ? ` and ${words.length - most} more` : '';
  return `${shown.join(', ')}${more}`;
}

/** true: the session's environment admits it. */
export function admits(session: Lexicon['session'], { environment }: Pick<WordSecret, 'environment'>): boolean {
  return environment === null || environment === session.environment;
}
