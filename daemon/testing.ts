/** What a test build lets a test do from outside: failpoints, and a vault that loses writes. A production bundle holds none of it. */

import type { Failpoint as SandboxFailpoint } from '../sandbox/index.js';
import type { OpenOptions } from '../store/index.js';
import type { Environment } from './config.js';

declare const AMPOULE_TEST_BUILD: boolean | undefined;

export interface Testing {
  vault: Pick<OpenOptions, 'failpoint' | 'synchronous'>;
  sandbox: SandboxFailpoint;
  /** Another ampoule-init to deliver with. */
  init: string | undefined;
}

/** null in everything but a test build. */
export async function testing(env: Environment): Promise<Testing | null> {
  if (typeof AMPOULE_TEST_BUILD !== 'undefined' && AMPOULE_TEST_BUILD) {
    const { failpoints } = await import('./failpoints.js');
    const points = failpoints(env.AMPOULE_FAILPOINTS ?? '', env.AMPOULE_FAILPOINTS_COUNT ?? null);
    return {
      vault: {
        failpoint: points.sync,
        ...(env.AMPOULE_SYNCHRONOUS === 'OFF' ? { synchronous: 'OFF' as const } : {}),
      },
      sandbox: points.async,
      init: env.AMPOULE_TEST_INIT,
    };
  }
  return null;
}
