/** Words for what lapses with a session's last sandbox, for whoever ended or reset it. Reads names only, changes nothing. */

import type { SessionId } from '../../store/index.js';
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
    if (lapsed.length === 0) return [];
    const names = lapsed.map((row) => row.name);
    const what = `No longer active in ${name}, which has no other sandbox: ${names.join(', ')}`;
    return [`${what}. To have them again: \`ampoule activate ${names.join(' ')} --session ${name}\`.`];
  };
}
