/** Why a person's request ended a session or sandbox, as the vault remembers it. No code. */

/** The workspace volume stays. */
export const DELETED = 'deleted';
/** The workspace volume goes too; the wish for such a sandbox says `removeWorkspace`. */
export const DELETED_WITH_WORKSPACE = 'deleted with workspace';
