/** Migration 4: variables that follow a secret's own, and the account as its vendor calls it. Never edited after a release. */

export const followers = `
ALTER TABLE secret ADD COLUMN followers TEXT NOT NULL DEFAULT '[]';   -- JSON, variables with the same value
ALTER TABLE secret ADD COLUMN login TEXT;                             -- account as it was given, where its slug differs
`;
