/** A real ampoule-init in a container of the tests' engine, with the daemon played; ends with its test. */

import type { EngineFace } from '../engine/engine.js';
import { type PlayedDaemon, type PlayOptions, playDaemon } from '../engine/played-daemon.js';
import { initPrograms } from '../engine/programs.js';
import { sharedEngine } from '../engine/shared.js';
import { importAttacks } from '../faults/attack.js';

/** Long enough for compiling the program on a busy machine. */
export const LONG = { timeout: 300_000 };

/** What `t.teardown` is needed of. */
interface Test {
  teardown(then: () => Promise<void>): void;
}

/** A sandbox whose init had its WELCOME; `withoutRevoke`: with the program that must fail tests of revocation. */
export async function initWorld(
  t: Test,
  options: Omit<PlayOptions, 'program'> & { withoutRevoke?: boolean } = {},
): Promise<{ played: PlayedDaemon; engine: EngineFace }> {
  const engine = await sharedEngine();
  const { init, withoutRevoke } = await initPrograms();
  const program = options.withoutRevoke === true ? withoutRevoke : init;
  const played = await playDaemon(engine, { ...options, program });
  t.teardown(async () => {
    await played.stop();
    await engine.done();
  });
  return { played, engine };
}

let attacks: Promise<string> | null = null;

/** The image with the programs of the attacks, made once for a test file; gives its name. */
export async function attackImage(t: Test): Promise<string> {
  const engine = await sharedEngine();
  t.teardown(() => engine.done());
  attacks ??= importAttacks(engine);
  return attacks;
}

/** Exit status of a container, once it has ended. */
export async function statusOf(engine: EngineFace, container: string): Promise<number> {
  return Number((await engine.docker('wait', container)).trim());
}
