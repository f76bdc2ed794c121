/** A delivery whose passes a test ends by hand. */

import type { Applied, Delivery, SandboxState, Wish } from '../../sandbox/index.js';

export interface Pass {
  wish: Wish;
  signal: AbortSignal;
  look: boolean | undefined;
  progress: (state: SandboxState) => void;
  succeed(changes?: Partial<Applied>): void;
  fail(error: unknown): void;
}

export interface PlayedDelivery extends Delivery {
  readonly passes: Pass[];
  /** Ends every pass at once from now on. */
  automatic: boolean;
}

export function playDelivery(): PlayedDelivery {
  const passes: Pass[] = [];
  const unused = () => Promise.reject(new Error('not played'));
  const played: PlayedDelivery = {
    kind: 'env',
    passes,
    automatic: false,
    apply: (wish, options) =>
      new Promise((resolve, reject) => {
        const signal = options?.signal ?? new AbortController().signal;
        signal.addEventListener('abort', () => reject(new Error('given up')));
        const removed = wish.goal === 'removed';
        const seen = {
          state: removed ? ('removed' as const) : ('running' as const),
          containerId: removed ? null : `id-${wish.spec.id}`,
          imageDigest: null,
          startedAt: 1,
          exitCode: null,
          vacant: removed,
        };
        const succeed = (changes = {}) => resolve({ changed: true, notices: [], seen, againMs: null, ...changes });
        passes.push({
          wish,
          signal,
          look: options?.look,
          progress: options?.progress ?? (() => {}),
          succeed,
          fail: reject,
        });
        if (played.automatic) succeed();
      }),
    revoke: unused,
    exec: unused,
    logs: () => {
      throw new Error('not played');
    },
  };
  return played;
}
