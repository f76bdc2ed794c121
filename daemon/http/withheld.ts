/** Output that may have a value which was destroyed, so that nobody can recognise it any more: it is not shown. */

import type { OutputPart } from '../../sandbox/index.js';
import type { Sandbox, Vault } from '../../store/index.js';

/** What is said instead of the output so far; null where all of it can be shown. */
export function withheldNotice(
  vault: Pick<Vault, 'sandboxes'>,
  { id, name }: Pick<Sandbox, 'id' | 'name'>,
): string | null {
  const lost = vault.sandboxes.lost(id);
  if (lost.length === 0) return null;
  return `Output until now is withheld: it may have a value of ${lost.join(', ')} that was destroyed, and nobody can recognise it any more. What comes from now on is shown with \`ampoule sandbox logs -f ${name}\`; \`ampoule sandbox reset ${name} --confirm ${name}\` begins anew.\n`;
}

/** The notice, if there is one, on standard error before the output. */
export async function* withNotice(
  notice: string | null,
  output: AsyncIterable<OutputPart>,
): AsyncGenerator<OutputPart> {
  if (notice !== null) yield { stream: 'stderr', data: Buffer.from(notice) };
  yield* output;
}
