/** A vault core in a directory of a test's own, with a clock that the test moves. */

import { join } from 'node:path';
import type { Clock } from '../../store/context.js';
import { type Core, type OpenOptions, openCore } from '../../store/core.js';
import { makeKeyFile } from '../../store/key-file.js';
import type { Caller } from '../../store/types.js';

export const operator: Caller = { kind: 'operator', token: 'tok_TEST', name: 'test' };
export const launcher: Caller = { kind: 'launcher', token: 'tok_LAUNCH', name: 'ci', allow: {} };

/** Starts at 2030-01-01 and moves when told to. */
export function testClock(): Clock & { advance(ms: number): void } {
  let ms = 0;
  return {
    now: () => Date.UTC(2030, 0, 1) + ms,
    boot: () => 1_000_000 + ms,
    bootId: () => 'boot-1',
    advance(by) {
      ms += by;
    },
  };
}

/** Options of a vault in `directory`, with a key file made where there is none. */
export function options(directory: string, more: Partial<OpenOptions> = {}): OpenOptions & { keyFile: string } {
  const keyFile = join(directory, 'key', 'ampoule.key');
  if (more.unlock === undefined) {
    try {
      makeKeyFile(keyFile);
    } catch {
      // A vault that is opened again has its key.
    }
  }
  return {
    dataDir: join(directory, 'data'),
    unlock: { keyFile },
    auditHeadFile: join(directory, 'state', 'audit-head.json'),
    runDir: join(directory, 'run'),
    version: '0.1.0',
    clock: testClock(),
    freeBytes: () => 1e12,
    keyFile,
    ...more,
  };
}

export async function open(directory: string, more: Partial<OpenOptions> = {}): Promise<Core> {
  return await openCore(options(directory, more));
}
