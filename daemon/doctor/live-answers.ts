/** Remembers for a short time what a provider said, so that repeated questions do not become a flood of requests with a person's key. */

import type { LiveFacts } from './live-facts.js';

/** Milliseconds that an answer is good for. */
const LASTS = 10_000;

export interface LiveAnswers {
  /** The answer to this question from before, or a new one. */
  ask(question: string, ask: () => Promise<LiveFacts>): Promise<LiveFacts>;
}

export function makeLiveAnswers(now: () => number): LiveAnswers {
  const known = new Map<string, { at: number; answer: Promise<LiveFacts> }>();
  return {
    ask(question, ask) {
      const time = now();
      for (const [key, { at }] of known) if (Math.abs(time - at) >= LASTS) known.delete(key);
      const before = known.get(question);
      if (before !== undefined) return before.answer;
      const answer = ask();
      known.set(question, { at: time, answer });
      return answer;
    },
  };
}
