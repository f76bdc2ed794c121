/** What is known of a sandbox between two looks. */

import type { SandboxError } from '../errors.js';
import type { Applied, SandboxState, SandboxView } from '../types.js';

/** Before anything was seen. */
export const UNSEEN: SandboxView = {
  state: 'creating',
  containerId: null,
  imageDigest: null,
  epoch: 0,
  generation: 0,
  startedAt: null,
  exitCode: null,
  vacant: false,
};

/** After a pass that failed; `seen`: what it found all the same. */
export function afterFailure(before: SandboxView, error: SandboxError, seen: Applied['seen'] | null): SandboxView {
  const state: SandboxState = seen?.state ?? (error.retry ? before.state : 'failed');
  return { ...before, ...seen, state, code: error.code, reason: error.message };
}

/** Whether nobody needs to hear of the difference. */
function looksSame(one: SandboxView, other: SandboxView): boolean {
  return (
    one.state === other.state &&
    one.code === other.code &&
    one.containerId === other.containerId &&
    one.epoch === other.epoch &&
    one.generation === other.generation
  );
}

/** What is known now; whoever shows something else is heard of. */
export class Shown {
  readonly #changed: () => void;
  #now = UNSEEN;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get now(): SandboxView {
    return this.#now;
  }

  show(view: SandboxView): void {
    const before = this.#now;
    this.#now = view;
    if (!looksSame(before, view)) this.#changed();
  }
}
