/** Says where a session's own workspace lies once nobody of the session is left to remove it. */

import type { Caller, SandboxId, SessionId, Vault } from '../../store/index.js';
import { DELETED_WITH_WORKSPACE } from '../end-reason.js';
import { ownWorkspace } from '../wish.js';

/** More sandboxes than a session has; one with the session's own workspace is enough. */
const LOOKED_AT = 200;

/** Of a session that ended. `ended`: sandboxes that ended with it, where `deleted` with their workspaces. */
export function keptWorkspace(
  vault: Pick<Vault, 'sandboxes'>,
  caller: Caller,
  { session, ended, deleted }: { session: SessionId; ended: readonly SandboxId[]; deleted: boolean },
): string[] {
  const { items } = vault.sandboxes.list(caller, { session }, { limit: LOOKED_AT });
  const own = items.filter(({ settings }) => settings.workspace.kind === 'volume' && settings.workspace.volume === '');
  const left = own.filter(({ endReason }) => endReason !== DELETED_WITH_WORKSPACE);
  const gone = deleted && own.some(({ id }) => ended.includes(id));
  if (left.length === 0 || gone) return [];
  const volume = ownWorkspace(session);
  return [
    `The workspace, if one was made, is kept in the volume ${volume}. To delete it: \`docker volume rm ${volume}\`.`,
  ];
}
