/** The public face of the vault: values at rest, who may touch them, what was done. No Docker, no HTTP. */

export { systemClock } from './clock.js';
export type {
  Connection,
  ConnectionFlow,
  ConnectionId,
  ConnectionProblem,
  ConnectionState,
  Connections,
  NewConnection,
  OauthClient,
  Tokens as ConnectionTokens,
} from './connection-types.js';
export type { Clock, Failpoint } from './context.js';
export { type OpenOptions, VAULT_FILE } from './core.js';
export type * from './diagnosis-types.js';
export { type InputProblem, STORE_CODES, type StoreCode, StoreError } from './errors.js';
export { makeKeyFile } from './key-file.js';
export type * from './leaks.js';
export type * from './local-command-types.js';
export { slugAccount } from './names.js';
export { openVault } from './open.js';
export { singleSpaced } from './requests-words.js';
export { type Restored, type RestoreOptions, restoreVault } from './restore.js';
export type * from './scans.js';
export { soonBefore } from './secret-stages.js';
export type { SessionValue } from './session-values.js';
export type * from './types.js';
export type * from './vault.js';
