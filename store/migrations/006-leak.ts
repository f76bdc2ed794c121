/** Migration 6: that a secret leaked, and up to which version. Never edited after a release. */

export const leak = `
ALTER TABLE secret ADD COLUMN leakedAt INTEGER;
ALTER TABLE secret ADD COLUMN leakedVersion INTEGER;  -- newest version that is known to others; a newer one is not leaked
`;
