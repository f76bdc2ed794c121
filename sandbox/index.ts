/** The public face of the containers: desired against observed, delivery, exec. No HTTP, no SQLite, no crypto. */

export type { OutputPart } from './demux.js';
export { connectEngine } from './docker.js';
export type { Engine } from './engine.js';
export { type EnvDelivery, makeEnvDelivery } from './env-delivery.js';
export { SANDBOX_CODES, type SandboxCode, SandboxError } from './errors.js';
export { executableDirectory, installInit } from './init-binary.js';
export { lastLines } from './kept-output.js';
export type {
  InitPlace,
  MemoryDelivery,
  MemoryDeliveryOptions,
  Probe,
  ProbeOptions,
  Refused,
} from './memory.js';
export { makeMemoryDelivery } from './memory-delivery.js';
export { PLAINTEXT } from './plan.js';
export { probeMemory } from './probe.js';
export { bootId, isAlive } from './process.js';
export { canSignalEngineProcesses } from './process-kill.js';
export { makeReconciler } from './reconcile.js';
export { makeRedactor, type RedactorFactory, type StreamRedactor } from './redact.js';
export { SHORTEST as REDACTED_FROM } from './redact-patterns.js';
export { realTimers, type Timers } from './timers.js';
export type * from './types.js';
