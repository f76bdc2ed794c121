/** The public face of the containers: desired against observed, delivery, exec. No HTTP, no SQLite, no crypto. */

export { SANDBOX_CODES, type SandboxCode, SandboxError } from './errors.js';
export { bootId, isAlive } from './process.js';
export { canSignalEngineProcesses } from './process-kill.js';
export { makeRedactor, type RedactorFactory, type StreamRedactor } from './redact.js';
export type * from './types.js';
