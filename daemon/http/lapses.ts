/** Words for what lapses with a session's last sandbox, for whoever ended or reset it. Reads names only, changes nothing. */

import type { SessionId, Toggle } from '../../store/index.js';
import { activateAgain } from '../activate-again.js';
import type { Caller, Parts } from '../parts.js';

const DAEMON: Caller = { kind: 'daemon' };

/** Looks what is active now; what it returns, called after the change, says what of that has lapsed. */
export function watchLapses({ vault }: Pick<Parts, 'vault'>, session: SessionId): () => string[] {
  const rows = () => vault.activations.table(DAEMON, session).items;
  const before = new Set(rows().flatMap(({ active, name }) => (active ? [name] : [])));
  return () => {
    const { name, state } = vault.sessions.get(DAEMON, session);
    if (state === 'ended') return [];
    const lapsed = rows().filter((row) => row.lapsed && before.has(row.name));
    return sayLapsed(`No longer active in ${name}, which has no other sandbox`, name, lapsed);
  };
}

/** What of a session has lapsed at any time and was not activated again since. */
export function lapsedIn({ vault }: Pick<Parts, 'vault'>, caller: Caller, session: SessionId): string[] {
  const { session: of, items } = vault.activations.table(caller, session);
  const lapsed = items.filter((row) => row.lapsed);
  return sayLapsed("Not active any more, since the session's last sandbox ended", of.name, lapsed);
}

/** One notice for each command that it takes to have them again. */
function sayLapsed(what: string, session: string, lapsed: Toggle[]): string[] {
  return activateAgain(session, lapsed).map(
    ({ names, command }) => `${what}: ${names}. To have them again: \`${command}\`.`,
  );
}
