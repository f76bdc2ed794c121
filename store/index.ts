/** The public face of the vault: values at rest, who may touch them, what was done. No Docker, no HTTP. */

export { type InputProblem, STORE_CODES, type StoreCode, StoreError } from './errors.js';
export type * from './types.js';
export type * from './vault.js';
