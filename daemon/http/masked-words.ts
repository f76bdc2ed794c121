/** Masks in somebody's words what a session was given: they are kept, and read by others. Keeps no value. */

import type { Caller, Parts } from '../parts.js';
import { endBoth } from './exec-output.js';

/**
 * The words with each value that a live sandbox of the session was given replaced, as in output of its commands.
 * @throws StoreError SESSION_NOT_FOUND; VAULT_SEALED where the session has sandboxes: nobody can say then what is to be replaced.
 */
export function maskedWords(
  parts: Pick<Parts, 'vault' | 'sandboxesOf' | 'redactors'>,
  caller: Caller,
  session: string,
  words: string,
): string {
  let masked = words;
  for (const sandbox of parts.sandboxesOf([parts.vault.sessions.get(caller, session).id])) {
    const masking = parts.redactors(sandbox);
    try {
      masked = masking.text(masked);
    } finally {
      endBoth(masking);
    }
  }
  return masked;
}
