/** The public face of the containers: desired against observed, delivery, exec. No HTTP, no SQLite, no crypto. */

export { SANDBOX_CODES, type SandboxCode, SandboxError } from './errors.js';
export type * from './types.js';
