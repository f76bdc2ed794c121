/** Migration 9: finds what of the history is old, and what tells of a container, without walking through all. Never edited after a release. */

export const historyAge = `
CREATE INDEX exposureEnded ON exposure (until) WHERE until IS NOT NULL;
CREATE INDEX holderEnded ON holder (until) WHERE until IS NOT NULL;
CREATE INDEX exposureContainer ON exposure (container);
CREATE INDEX holderContainer ON holder (container);
`;
