/** A directory for what a test leaves open until its end, a vault say. Knows nothing of what is in it. */

import type { Test } from 'tap';

/** As `t.testdir({})`, but removed after what the test tears down; without this it is gone before, under a vault that is open. */
export function directoryUntilEnd(t: Pick<Test, 'testdir' | 'teardown'>): string {
  // What is registered first is the last to go on.
  t.teardown(() => {});
  return t.testdir({});
}
