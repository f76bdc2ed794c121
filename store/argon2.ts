/** A key from a passphrase by Argon2id, computed in a worker thread so that nothing else waits. Keeps nothing. */

import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { StoreError } from './errors.js';

export interface Argon2Cost {
  /** Passes over the memory. */
  opsLimit: number;
  /** Bytes. */
  memLimit: number;
}
/** What the worker is given; it wipes its own copy of the passphrase. */
export interface Argon2Task extends Argon2Cost {
  passphrase: Uint8Array;
  salt: Uint8Array;
}

export const SALT_BYTES = 16;
/** libsodium's MODERATE: about 0.7 s and 256 MiB. */
export const MODERATE: Argon2Cost = { opsLimit: 3, memLimit: 268_435_456 };

let queue: Promise<unknown> = Promise.resolve();

/** 32 bytes. One derivation at a time, since each takes `memLimit` bytes. Does not wipe `passphrase`. */
export function argon2(passphrase: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  const copy = Uint8Array.from(passphrase);
  const result = queue.then(() => derive({ passphrase: copy, salt: Uint8Array.from(salt), ...cost }));
  queue = result.catch(() => undefined);
  return result;
}

function derive(task: Argon2Task): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile(), {
      workerData: task,
      transferList: [task.passphrase.buffer as ArrayBuffer],
    });
    const fail = (cause: unknown) =>
      reject(
        new StoreError(
          'STORAGE_FAILED',
          `The key could not be computed: it takes ${Math.round(task.memLimit / 1_048_576)} MiB of memory. Free some and unseal again.`,
          { cause },
        ),
      );
    worker.once('message', (key: Uint8Array) => resolve(key));
    worker.once('error', fail);
    worker.once('exit', fail);
  });
}

/** Beside this file: compiled or bundled it is .js, run from the sources .ts. */
function workerFile(): URL {
  const compiled = new URL('./argon2-worker.js', import.meta.url);
  return existsSync(compiled) ? compiled : new URL('./argon2-worker.ts', import.meta.url);
}
