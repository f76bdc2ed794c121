/**
 * The worker thread that turns a passphrase into a key with Argon2id, and the only file that loads the large build of
 * libsodium, so that its memory goes when the thread ends. Started by store/argon2.ts; touches nothing else.
 */

import { parentPort, workerData } from 'node:worker_threads';
import sodium from 'libsodium-wrappers-sumo';
import type { Argon2Task } from './argon2.js';

const task = workerData as Argon2Task;
await sodium.ready;
const key = sodium.crypto_pwhash(
  32,
  task.passphrase,
  task.salt,
  task.opsLimit,
  task.memLimit,
  sodium.crypto_pwhash_ALG_ARGON2ID13,
);
task.passphrase.fill(0);
parentPort?.postMessage(key, [key.buffer as ArrayBuffer]);
