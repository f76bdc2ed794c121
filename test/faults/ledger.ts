/** What a client of the daemon may believe: for each cell of the world the values that are possible after what was answered. */

/** One change that a client asked for: the value that each named cell gets. */
export interface Change {
  readonly cells: ReadonlyMap<string, string>;
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Cells have one value while everything that touched them was answered, and several while an answer is missing.
 * One writer a cell at a time; a writer that dies leaves both the old and the new value possible.
 */
export class Ledger {
  readonly #cells = new Map<string, Set<string>>();
  acknowledged = 0;
  unanswered = 0;

  constructor(initial: Iterable<[string, string]>) {
    for (const [cell, value] of initial) this.#cells.set(cell, new Set([value]));
  }

  cells(): string[] {
    return [...this.#cells.keys()];
  }

  possible(cell: string): ReadonlySet<string> {
    return this.#cells.get(cell) ?? new Set();
  }

  /** The value, where only one is possible. */
  known(cell: string): string {
    const values = [...this.possible(cell)];
    if (values.length !== 1) throw new Error(`${cell} may be ${values.join(' or ')}`);
    return values[0] as string;
  }

  /** Before the request leaves: from here on the new values are possible beside the old ones. */
  begin(cells: ReadonlyMap<string, string>): Change {
    const before = new Map([...cells.keys()].map((cell) => [cell, new Set(this.possible(cell))]));
    for (const [cell, value] of cells) this.#cells.set(cell, new Set([...this.possible(cell), value]));
    this.unanswered += 1;
    return { cells, before };
  }

  /** Answered: recorded. */
  acknowledge(change: Change): void {
    for (const [cell, value] of change.cells) this.#cells.set(cell, new Set([value]));
    this.acknowledged += 1;
    this.unanswered -= 1;
  }

  /** Answered: refused, so nothing changed. */
  refuse(change: Change): void {
    for (const [cell, values] of change.before) this.#cells.set(cell, new Set(values));
    this.unanswered -= 1;
  }

  /** What is found must be possible; from then on it is known. Returns what was wrong, or null. */
  collapse(cell: string, found: string): string | null {
    const values = this.possible(cell);
    if (!values.has(found)) return `${cell} is ${found}, but only ${[...values].join(' or ')} is possible`;
    this.#cells.set(cell, new Set([found]));
    return null;
  }
}

/** Small seeded generator (mulberry32): the same seed gives the same run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
