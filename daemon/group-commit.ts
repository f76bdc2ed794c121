/** Writes of many sandboxes that come at once go to the disk in one transaction: a commit waits for the disk, and many would in turn. */

/** Runs each act, all in one durable transaction; throws when one of them did, and then nothing of any is there. */
export type Together = (acts: (() => void)[]) => void;

export interface GroupCommit {
  /** Resolves when the act is durable; rejects with what it threw, which undoes it alone. */
  add(act: () => void): Promise<void>;
  /** Writes what was collected at once. */
  flush(): void;
}

interface Waiting {
  act: () => void;
  done: () => void;
  failed: (error: unknown) => void;
}

/** Collects what comes within one turn of the event loop. */
export function groupCommit(together: Together): GroupCommit {
  let waiting: Waiting[] = [];

  const flush = (): void => {
    const group = waiting;
    waiting = [];
    if (group.length > 1 && written(group)) return;
    for (const one of group) alone(one);
  };

  const written = (group: Waiting[]): boolean => {
    try {
      together(group.map(({ act }) => act));
    } catch {
      // One of them cannot be written: each is tried by itself, so that the others are.
      return false;
    }
    for (const { done } of group) done();
    return true;
  };

  return {
    add: (act) =>
      new Promise((done, failed) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ act, done, failed });
      }),
    flush,
  };
}

function alone({ act, done, failed }: Waiting): void {
  try {
    act();
    done();
  } catch (error) {
    failed(error);
  }
}
