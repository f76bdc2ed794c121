/** Time as this layer uses it, so that tests need no waiting. Nothing here knows what it is for. */

export interface Timers {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `run` once after `ms`; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The machine's own. */
export const realTimers: Timers = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
