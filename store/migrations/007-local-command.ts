/** Migration 7: commands outside of sandboxes that were given a session's active values. Never edited after a release. */

export const localCommand = `
CREATE TABLE localCommand (           -- a process on some machine, started with values; nobody here can end it
  id TEXT PRIMARY KEY,
  session TEXT NOT NULL REFERENCES session (id),
  host TEXT NOT NULL,                 -- as its client called it
  pid INTEGER,                        -- as its host numbers it
  command TEXT NOT NULL,              -- without values
  holds TEXT NOT NULL,                -- JSON, HeldVersion[]
  givenTo TEXT NOT NULL,              -- caller that asked for the values
  since INTEGER NOT NULL,
  until INTEGER                       -- its client said that it ended
) STRICT;
CREATE INDEX localCommandSession ON localCommand (session);
`;
