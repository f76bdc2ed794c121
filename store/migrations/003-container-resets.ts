/** Migration 3: how often its sandbox had been reset when a container was made. Never edited after a release. */

export const containerResets = `
ALTER TABLE container ADD COLUMN resets INTEGER NOT NULL DEFAULT 0;
UPDATE container SET resets = (SELECT resets FROM sandbox WHERE id = container.sandbox) WHERE endedAt IS NULL;
`;
