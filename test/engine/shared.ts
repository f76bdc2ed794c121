/** One engine for the test files of a run: given by the runner in AMPOULE_TEST_ENGINE, or started for a file that runs alone. */

import { attach, type EngineFace, type EnginePlace, startEngine } from './engine.js';

/** Variable that the runner hands the engine's place over in, as JSON. */
export const VARIABLE = 'AMPOULE_TEST_ENGINE';

/**
 * An engine that may be shared with other test files: make containers with names of your own, remove them, and look only at
 * yours. It cannot be killed or paused; a test that needs that uses `startEngine`. `done` ends it if this call started it.
 */
export async function sharedEngine(): Promise<EngineFace & { done(): Promise<void> }> {
  const given = process.env[VARIABLE];
  if (given !== undefined && given !== '') {
    const place: EnginePlace = JSON.parse(given);
    return { ...attach(place), done: async () => {} };
  }
  const engine = await startEngine();
  return { ...attach(engine), done: () => engine.stop() };
}
