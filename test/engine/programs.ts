/** The C programs, compiled from today's sources, for tests that run them. Compiles only what changed. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildInit } from '../../daemon/build-init.js';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/ampoule-init/', import.meta.url));

/** The program that says who is at the other end of a socket. */
export async function peerProgram(): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  await buildInit(CACHE, { test: true, only: 'ampoule-peer' });
  return join(CACHE, 'ampoule-peer');
}

/** ampoule-init for this machine; `withoutRevoke` ends no holder, which is what a test of revocation must fail with. */
export async function initPrograms(): Promise<{ init: string; withoutRevoke: string }> {
  mkdirSync(CACHE, { recursive: true });
  await buildInit(CACHE, { test: true, only: 'ampoule-init' });
  const init = join(CACHE, `ampoule-init-${process.arch}`);
  return { init, withoutRevoke: `${init}-no-revoke` };
}
