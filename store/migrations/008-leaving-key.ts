/** Migration 8: data keys whose values are being encrypted anew, and which are erased then. Never edited after a release. */

export const leavingKey = `
ALTER TABLE dataKey ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
`;
