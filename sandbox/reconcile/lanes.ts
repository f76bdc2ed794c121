/** Bounds how many passes run at once; what takes something away never waits. */

export class Lanes {
  readonly #width: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Runs `work` when a lane is free, or at once when `urgent`. */
  async run<T>(urgent: boolean, work: () => Promise<T>): Promise<T> {
    if (!urgent && this.#taken >= this.#width) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken += 1;
    try {
      return await work();
    } finally {
      this.#taken -= 1;
      if (this.#taken < this.#width) this.#waiting.shift()?.();
    }
  }
}
