/** Masks in somebody's words what is around a session: they are kept, and read by others. Keeps no value. */

import { type SessionId, StoreError, singleSpaced } from '../../store/index.js';
import type { Caller, Parts } from '../parts.js';
import { redactTexts } from '../redaction.js';

/**
 * The words with each value replaced that is active in the session, or that a sandbox or a command of it was given, also where they
 * have ended. For others than agents also what was active before.
 * @throws StoreError SESSION_NOT_FOUND; VAULT_SEALED where there are such values: nobody can say then what is to be replaced.
 */
export function maskedWords(parts: Pick<Parts, 'vault'>, caller: Caller, session: string, words: string): string {
  const { id } = parts.vault.sessions.get(caller, session);
  const values = openAround(parts, id, caller.kind !== 'agent');
  try {
    const masked = (text: string): string => redactTexts(values, [text])[0] ?? '';
    const once = masked(words);
    // They are kept with single spaces: what becomes a value only by that is one all the same.
    const spaced = singleSpaced(once);
    return spaced === once ? once : masked(spaced);
  } finally {
    for (const { value } of values) value.fill(0);
  }
}

function openAround({ vault }: Pick<Parts, 'vault'>, session: SessionId, everActive: boolean) {
  const around = vault.sessions.values(session, { everActive });
  if (around.length > 0 && vault.status().state === 'sealed')
    throw new StoreError(
      'VAULT_SEALED',
      'The vault is sealed, so nobody can say what of these words is a secret. Run `ampoule vault unseal`.',
    );
  const opened: { name: string; value: Uint8Array }[] = [];
  try {
    for (const { name, open } of around) {
      const value = open();
      if (value !== null) opened.push({ name, value });
    }
    return opened;
  } catch (error) {
    for (const { value } of opened) value.fill(0);
    throw error;
  }
}
