/** What is said to whoever stores a value: that it is too short to be replaced in output, and who still has the one before. Opens no value. */

import { REDACTED_FROM } from '../../sandbox/index.js';
import type { SandboxId } from '../../store/index.js';
import type { Caller, Parts } from '../parts.js';

const DAEMON: Caller = { kind: 'daemon' };

/** Of a secret that may not be shown. */
export function shortNotices({ vault }: Pick<Parts, 'vault'>, secret: string): string[] {
  const { id, name, sensitive, currentVersion } = vault.secrets.get(DAEMON, secret);
  const stored = vault.secrets.versions(DAEMON, id).find(({ version }) => version === currentVersion);
  if (!sensitive || stored === undefined || stored.size >= REDACTED_FROM) return [];
  const why = `${name} has fewer than ${REDACTED_FROM} bytes, and values as short as that are not replaced in output`;
  return [`${why}. Take a longer one if you can: \`ampoule secret set ${name}\`.`];
}

/** Of a rotation that let processes keep an older version. @param sandboxes those that may have it */
export function heldNotices(
  parts: Pick<Parts, 'vault' | 'writeHolders'>,
  secret: string,
  sandboxes: SandboxId[],
): string[] {
  parts.writeHolders();
  const { id, name, currentVersion } = parts.vault.secrets.get(DAEMON, secret);
  const older = (sandbox: SandboxId): boolean =>
    parts.vault.containers
      .holdersOf(sandbox)
      .some(
        ({ until, holds }) =>
          until === null && holds.some((held) => held.secret === id && held.version < (currentVersion ?? 0)),
      );
  const names = sandboxes.filter(older).map((sandbox) => parts.vault.sandboxes.get(DAEMON, sandbox).name);
  if (names.length === 0) return [];
  const who = `Processes that run in ${names.sort().join(', ')} keep an older value of ${name}`;
  return [`${who} until they end. To end them now: \`ampoule secret rollback ${name} ${currentVersion} --revoke\`.`];
}
