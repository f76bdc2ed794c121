/** Migration 5: requests for a change of what is active, which a person decides. Never edited after a release. */

export const requests = `
CREATE TABLE request (
  id TEXT PRIMARY KEY,
  session TEXT NOT NULL REFERENCES session (id),
  action TEXT NOT NULL CHECK (action IN ('activate', 'deactivate')),
  askedBy TEXT NOT NULL,              -- caller that asked
  token TEXT,                         -- its token
  reason TEXT NOT NULL,
  text TEXT,                          -- words that it was understood from
  ttl INTEGER,                        -- milliseconds
  acrossEnvironments INTEGER NOT NULL,
  createdAt INTEGER NOT NULL,
  expiresAt INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'expired', 'withdrawn')),
  decidedBy TEXT,
  decidedAt INTEGER,
  answer TEXT,                        -- why it was denied, or what ended it
  grantedTtl INTEGER
) STRICT;
CREATE INDEX requestPending ON request (session) WHERE state = 'pending';

CREATE TABLE requestSecret (
  request TEXT NOT NULL REFERENCES request (id) ON DELETE CASCADE,
  secret TEXT NOT NULL REFERENCES secret (id),
  env TEXT,                           -- chosen with "as"
  granted INTEGER,                    -- null until it is decided
  PRIMARY KEY (request, secret)
) STRICT, WITHOUT ROWID;
`;
