/** Counts how often a sandbox failed for one reason at one wish, for the pace of further tries; keeps no timer. */

import { sameTarget } from '../container/holding.js';
import type { SandboxError } from '../errors.js';
import type { Point } from '../types.js';
import { PassFailed } from './pass.js';
import { type Failed, retryDelay, stays } from './retry.js';

export interface Counted {
  /** The same as the last time. */
  again: boolean;
  /** It is one that stays until somebody mends it. */
  stays: boolean;
  /** Milliseconds until the next try. */
  againMs: number;
}

export class Failures {
  #error: SandboxError | null = null;
  #at: Point | null = null;
  #count = 0;

  /** The last one; null when all is well. */
  get error(): SandboxError | null {
    return this.#error;
  }

  clear(): void {
    this.#error = null;
    this.#count = 0;
  }

  /** @param runs an earlier container goes on, and would be stopped for the next try. */
  add(error: SandboxError, at: Point | null, runs: boolean): Counted {
    const again = this.#error?.code === error.code && sameTarget(this.#at, at);
    this.#count = again ? this.#count + 1 : 1;
    this.#error = error;
    this.#at = at === null ? null : { epoch: at.epoch, generation: at.generation };
    const failed: Failed = { code: error.code, retry: error.retry, tried: error instanceof PassFailed && error.tried };
    return { again, stays: stays(failed), againMs: retryDelay(failed, this.#count, runs) };
  }
}
