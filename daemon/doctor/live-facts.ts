/** What came of asking a provider whether it takes a value. Types only; nothing of the value or of the answer's body. */

export interface LiveFacts {
  provider: string;
  account: string | null;
  /** Secrets that were used. */
  secrets: string[];
  /**
   * `works`: it was taken; `refused`: wrong, expired or revoked; `forbidden`: taken, and not allowed this; `unclear`: another
   * status; `unreachable`: no answer; `unavailable`: nothing can be asked, and `why` says it.
   */
  outcome: 'works' | 'refused' | 'forbidden' | 'unclear' | 'unreachable' | 'unavailable';
  status: number | null;
  why: string | null;
  /** What it says that the value may do, where it does. */
  scopes: string[] | null;
  /** Milliseconds that the provider's clock is ahead of ours; null: it does not say. */
  clockAhead: number | null;
}
