/** The public face of the containers: desired against observed, delivery, exec. No HTTP, no SQLite, no crypto. */

export type { OutputPart } from './engine/demux.js';
export { connectEngine } from './engine/docker.js';
export type { Engine } from './engine/engine.js';
export { type EnvDelivery, makeEnvDelivery } from './env/delivery.js';
export { SANDBOX_CODES, type SandboxCode, SandboxError } from './errors.js';
export { type EngineFacts, type Inspection, type KernelFacts, makeInspection } from './inspection.js';
export { type Measure, measured, type ProcessSeen } from './kernel/environments.js';
export { bootId, isAlive } from './kernel/process.js';
export { canSignalEngineProcesses } from './kernel/process-kill.js';
export { type Holding, type ProcessSearch, searchProcesses } from './kernel/search.js';
export { executableDirectory, installInit } from './link/binary.js';
export type { InitPlace, Refused } from './link/place.js';
export { makeMemoryDelivery } from './memory/delivery.js';
export { lastLines } from './memory/kept-output.js';
export type { MemoryDelivery, MemoryDeliveryOptions, Probe, ProbeOptions } from './memory/options.js';
export { probeMemory } from './memory/probe.js';
export { PLAINTEXT } from './reconcile/plan.js';
export { makeReconciler } from './reconcile/reconcile.js';
export { type Encoding, namedForms, SHORTEST as REDACTED_FROM } from './redact/patterns.js';
export { makeRedactor, type RedactorFactory, type StreamRedactor } from './redact/redact.js';
export { indexPatterns, matchAt, nextCandidate, type PatternIndex } from './redact/redact-index.js';
export { realTimers, type Timers } from './timers.js';
export type * from './types.js';
