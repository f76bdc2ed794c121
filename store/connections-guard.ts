/** Keeps people's hands off the value of a secret that a connection keeps fresh: the next refresh would undo what they did. */

import { StoreError } from './errors.js';
import type { StoredSecret } from './secrets-rows.js';
import type { Caller } from './types.js';

/** SECRET_CONNECTED for everybody but the daemon. */
export function assertByHand(caller: Caller, { name, connection }: Pick<StoredSecret, 'name' | 'connection'>): void {
  if (connection === null || caller.kind === 'daemon') return;
  const problem = `${name} belongs to a connection, which keeps its value fresh`;
  const todo = `For a new value run \`ampoule connection refresh ${name}\`; to give it up, \`ampoule disconnect ${name}\``;
  throw new StoreError('SECRET_CONNECTED', `${problem}. ${todo}.`, {
    problems: [{ pointer: '/name', detail: problem }],
  });
}
