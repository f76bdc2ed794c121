/** Migration 1: the first schema. Never edited after a release; later changes are migrations of their own. */

export const initial = `
CREATE TABLE vault (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  format INTEGER NOT NULL,
  minVersion TEXT NOT NULL,           -- oldest program that may open this file
  epoch INTEGER NOT NULL,             -- raised by every restore
  publicKey BLOB NOT NULL,            -- X25519, for sealed values
  createdAt INTEGER NOT NULL
) STRICT;

CREATE TABLE wrap (                   -- the root key under an unlock key; one row
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('keyFile', 'passphrase')),
  salt BLOB,
  opsLimit INTEGER,
  memLimit INTEGER,                   -- bytes
  nonce BLOB NOT NULL,
  ciphertext BLOB NOT NULL,
  createdAt INTEGER NOT NULL
) STRICT;

CREATE TABLE dataKey (                -- data keys under the root key
  id INTEGER PRIMARY KEY,
  nonce BLOB NOT NULL,
  ciphertext BLOB NOT NULL,
  createdAt INTEGER NOT NULL,
  retiredAt INTEGER
) STRICT;

CREATE TABLE secret (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  env TEXT NOT NULL,
  account TEXT,
  environment TEXT,
  provider TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('env', 'file')),
  path TEXT,
  sensitive INTEGER NOT NULL,
  description TEXT,
  allowReserved INTEGER NOT NULL DEFAULT 0,
  floor INTEGER NOT NULL DEFAULT 1,   -- oldest version that may still be held
  expiresAt INTEGER,
  rotateEvery INTEGER,
  createdAt INTEGER NOT NULL,
  updatedAt INTEGER NOT NULL,
  deletedAt INTEGER
) STRICT;
CREATE UNIQUE INDEX secretName ON secret (name) WHERE deletedAt IS NULL;

CREATE TABLE secretTag (
  secret TEXT NOT NULL REFERENCES secret (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (secret, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE secretVersion (
  secret TEXT NOT NULL REFERENCES secret (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  keyId INTEGER NOT NULL REFERENCES dataKey (id),
  nonce BLOB,                         -- null once destroyed
  ciphertext BLOB,
  size INTEGER NOT NULL,              -- bytes of the plaintext
  createdAt INTEGER NOT NULL,
  createdBy TEXT NOT NULL,
  destroyedAt INTEGER,
  PRIMARY KEY (secret, version)
) STRICT, WITHOUT ROWID;
-- Which versions there are, without walking through their ciphertext.
CREATE INDEX secretVersionState ON secretVersion (secret, version, destroyedAt, size);

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  environment TEXT,
  owner TEXT,
  onResume TEXT NOT NULL CHECK (onResume IN ('require-activation', 'restore')),
  delivery TEXT NOT NULL CHECK (delivery IN ('auto', 'memory', 'env')),
  settings TEXT NOT NULL,             -- as asked for, JSON: what a get-or-create compares
  until INTEGER,
  untilBoot INTEGER,                  -- the same on CLOCK_BOOTTIME, ms, valid for bootId
  bootId TEXT,
  idle INTEGER,
  lastUsedAt INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  createdAt INTEGER NOT NULL,
  endedAt INTEGER,
  endReason TEXT
) STRICT;
CREATE UNIQUE INDEX sessionName ON session (name) WHERE endedAt IS NULL;

CREATE TABLE activation (
  id INTEGER PRIMARY KEY,
  session TEXT NOT NULL REFERENCES session (id),
  secret TEXT NOT NULL REFERENCES secret (id),
  confirmedBy TEXT NOT NULL,          -- caller that confirmed it
  requestId TEXT,
  activatedAt INTEGER NOT NULL,
  until INTEGER,
  untilBoot INTEGER,
  bootId TEXT,
  lapsedAt INTEGER,                   -- its session's last sandbox ended
  endedAt INTEGER,
  endReason TEXT
) STRICT;
CREATE UNIQUE INDEX activationLive ON activation (session, secret) WHERE endedAt IS NULL;

CREATE TABLE activationVariable (     -- variables of live, unlapsed activations
  session TEXT NOT NULL REFERENCES session (id),
  env TEXT NOT NULL,
  activation INTEGER NOT NULL REFERENCES activation (id) ON DELETE CASCADE,
  own INTEGER NOT NULL,               -- 1: chosen with "as"
  PRIMARY KEY (session, env)
) STRICT, WITHOUT ROWID;
CREATE INDEX activationVariableOf ON activationVariable (activation);

CREATE TABLE sandbox (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  session TEXT NOT NULL REFERENCES session (id),
  owner TEXT,
  settings TEXT NOT NULL,             -- JSON, SandboxSettings
  requestedDelivery TEXT NOT NULL CHECK (requestedDelivery IN ('auto', 'memory', 'env')),
  delivery TEXT NOT NULL CHECK (delivery IN ('memory', 'env')),
  endsSession INTEGER NOT NULL,
  ceiling INTEGER NOT NULL,           -- 1: limited to the rows of sandboxCeiling
  idle INTEGER,
  lastExecAt INTEGER NOT NULL,
  createdAt INTEGER NOT NULL,
  endedAt INTEGER,
  endReason TEXT
) STRICT;
CREATE UNIQUE INDEX sandboxName ON sandbox (name) WHERE endedAt IS NULL;
CREATE INDEX sandboxSession ON sandbox (session);

CREATE TABLE sandboxCeiling (         -- selectors of a limited sandbox
  sandbox TEXT NOT NULL REFERENCES sandbox (id) ON DELETE CASCADE,
  selector TEXT NOT NULL,
  PRIMARY KEY (sandbox, selector)
) STRICT, WITHOUT ROWID;

CREATE TABLE sandboxVariable (        -- own variable names: secret's name -> variable
  sandbox TEXT NOT NULL REFERENCES sandbox (id) ON DELETE CASCADE,
  secretName TEXT NOT NULL,
  env TEXT NOT NULL,
  PRIMARY KEY (sandbox, secretName),
  UNIQUE (sandbox, env)
) STRICT, WITHOUT ROWID;

CREATE TABLE container (
  id INTEGER PRIMARY KEY,
  sandbox TEXT NOT NULL REFERENCES sandbox (id),
  role TEXT NOT NULL CHECK (role IN ('current', 'next', 'old')),
  dockerId TEXT,
  nonce TEXT NOT NULL UNIQUE,         -- 128 bits, hex
  epoch INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  pid INTEGER,
  pidStart TEXT,
  bootId TEXT,
  imageDigest TEXT,
  envMac TEXT NOT NULL,
  holds TEXT NOT NULL,                -- JSON, HeldVersion[]
  createdAt INTEGER NOT NULL,
  endedAt INTEGER
) STRICT;
CREATE INDEX containerOf ON container (sandbox) WHERE endedAt IS NULL;

CREATE TABLE exposure (               -- a container held a version of a secret
  id INTEGER PRIMARY KEY,
  secret TEXT NOT NULL REFERENCES secret (id),
  version INTEGER NOT NULL,
  session TEXT NOT NULL REFERENCES session (id),
  sandbox TEXT NOT NULL REFERENCES sandbox (id),
  container INTEGER NOT NULL REFERENCES container (id),
  env TEXT NOT NULL,
  confirmedBy TEXT,
  since INTEGER NOT NULL,
  until INTEGER
) STRICT;
CREATE INDEX exposureSecret ON exposure (secret, since);
CREATE INDEX exposureOpen ON exposure (container) WHERE until IS NULL;

CREATE TABLE token (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('operator', 'launcher', 'agent', 'metrics')),
  name TEXT NOT NULL,
  digest BLOB NOT NULL UNIQUE,        -- SHA-256 of the token
  session TEXT REFERENCES session (id),
  allow TEXT,                         -- JSON, Allowance
  owner TEXT,
  createdAt INTEGER NOT NULL,
  expiresAt INTEGER,
  lastUsedAt INTEGER,
  revokedAt INTEGER
) STRICT;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  caller TEXT NOT NULL,
  token TEXT,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL,               -- JSON
  hash BLOB NOT NULL,                 -- of the previous hash and this row
  mac BLOB                            -- null while written sealed, filled at unseal
) STRICT;

CREATE TABLE idempotency (
  token TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  digest BLOB NOT NULL,               -- keyed digest of the request's body
  resource TEXT,                      -- null while in flight
  createdAt INTEGER NOT NULL,
  PRIMARY KEY (token, route, key)
) STRICT, WITHOUT ROWID;
`;
