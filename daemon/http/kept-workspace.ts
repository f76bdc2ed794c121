/** Says where a session's own workspace lies once nobody of the session is left to remove it. */

import type { Caller, SessionId, Vault } from '../../store/index.js';
import { ownWorkspace } from '../wish.js';

/** More sandboxes than a session has; one with the session's own workspace is enough. */
const LOOKED_AT = 200;

/**
 * Of a session that has ended, or ends with its last sandbox. `deleted`: sandboxes ended with it, and its workspace was to go
 * with them.
 */
export function keptWorkspace(
  vault: Pick<Vault, 'sandboxes'>,
  caller: Caller,
  { session, deleted }: { session: SessionId; deleted: boolean },
): string[] {
  const { items } = vault.sandboxes.list(caller, { session }, { limit: LOOKED_AT });
  const own = items.some(({ settings }) => settings.workspace.kind === 'volume' && settings.workspace.volume === '');
  if (!own || deleted) return [];
  const volume = ownWorkspace(session);
  return [`What lay in the workspace is kept in the volume ${volume}. To delete it: \`docker volume rm ${volume}\`.`];
}
