/** Migration 10: accounts at providers whose tokens are refreshed, and the values that only this needs. Never edited after a release. */

export const connection = `
CREATE TABLE oauthClient (            -- an application that the operator registered at a provider
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  base TEXT,                          -- null: the provider's own
  clientId TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  createdBy TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX oauthClientProvider ON oauthClient (provider, coalesce(base, ''));

CREATE TABLE connection (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  base TEXT,
  account TEXT,
  login TEXT,
  environment TEXT,
  clientId TEXT NOT NULL,
  flow TEXT NOT NULL CHECK (flow IN ('code', 'device')),
  scopes TEXT NOT NULL,               -- JSON, string[]
  granted TEXT NOT NULL,              -- JSON, string[]
  state TEXT NOT NULL CHECK (state IN ('pending', 'connected', 'reauthorize', 'disconnecting', 'ended')),
  secret TEXT REFERENCES secret (id),
  createdAt INTEGER NOT NULL,
  createdBy TEXT NOT NULL,
  connectedAt INTEGER,
  expiresAt INTEGER,                  -- of the access token
  refreshAt INTEGER,                  -- when it is refreshed next, or the provider told of its end
  refreshedAt INTEGER,
  refreshes INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  refreshingSince INTEGER,            -- begun, and no end of it is known
  spent INTEGER NOT NULL DEFAULT 0,   -- its refresh token may have been used: never again
  problemCode TEXT,
  problemMessage TEXT,
  problemAt INTEGER
) STRICT;
CREATE UNIQUE INDEX connectionSecret ON connection (secret) WHERE state IN ('connected', 'reauthorize');
CREATE INDEX connectionDue ON connection (refreshAt) WHERE state IN ('connected', 'disconnecting');

CREATE TABLE sealedValue (            -- values that are no secrets: nobody activates, lists or reveals them
  id TEXT PRIMARY KEY,                -- whose, and what for: con_…/refresh
  version INTEGER NOT NULL,           -- grows with each value
  keyId INTEGER NOT NULL REFERENCES dataKey (id),
  nonce BLOB,                         -- null once wiped
  ciphertext BLOB,
  size INTEGER NOT NULL,              -- bytes of the plaintext
  createdAt INTEGER NOT NULL,
  createdBy TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
