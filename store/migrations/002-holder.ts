/** Migration 2: which process of a container held which versions, from when to when; how often a sandbox was reset. Never edited after a release. */

export const holder = `
CREATE TABLE holder (                 -- a process that was given values, with all that came of it
  id INTEGER PRIMARY KEY,
  container INTEGER NOT NULL REFERENCES container (id),
  sandbox TEXT NOT NULL REFERENCES sandbox (id),
  session TEXT NOT NULL REFERENCES session (id),
  holder TEXT NOT NULL,               -- 'main-1', 'exe_…', 'bridge-42-1234567'
  kind TEXT NOT NULL CHECK (kind IN ('main', 'command', 'bridge')),
  pid INTEGER NOT NULL,               -- as the container numbers it
  program TEXT NOT NULL,
  holds TEXT NOT NULL,                -- JSON, HeldVersion[]
  since INTEGER NOT NULL,
  until INTEGER
) STRICT;
CREATE INDEX holderOf ON holder (sandbox, id);
CREATE UNIQUE INDEX holderOpen ON holder (container, holder) WHERE until IS NULL;
CREATE INDEX exposureOf ON exposure (sandbox, id);

ALTER TABLE sandbox ADD COLUMN resets INTEGER NOT NULL DEFAULT 0;
`;
