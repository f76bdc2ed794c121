/** What a recorded environment is to a wish. */

import t from 'tap';
import { fresh, older, overtakes, revoked, sameTarget } from '../../../sandbox/container/holding.js';
import { held, macOf, specOf, wishOf } from '../wishes.js';

const row = (values: ReturnType<typeof held>[]) => ({
  envMac: macOf(specOf(), values),
  holds: values.map(({ env, secret, version }) => ({ env, secret, version })),
});
const A = held('A');
const B = held('B');

t.test('revoked', async (t) => {
  t.equal(revoked(row([A]), wishOf({ values: [A, B] })), false);
  t.equal(revoked(row([A, B]), wishOf({ values: [A] })), true, 'not wanted');
  t.equal(revoked(row([A]), wishOf({ values: [held('A', 2)] })), false, 'an older version that may stay');
  t.equal(revoked(row([A]), wishOf({ values: [held('A', 2, 2)] })), true, 'one that may not');
  t.equal(revoked(row([A]), wishOf({ values: [{ ...A, env: 'C' }] })), true, 'under another name');
  t.equal(
    revoked(row([A]), wishOf({ values: [{ ...A, secret: 'sec_other' }] })),
    true,
    'another secret under its name',
  );
  t.equal(revoked(row([A]), wishOf({ values: [A], goal: 'removed' })), true);
  t.equal(revoked(row([]), wishOf({ goal: 'removed' })), false, 'nothing held');
});

t.test('fresh', async (t) => {
  t.equal(fresh(row([A]), wishOf({ values: [A] })), true);
  t.equal(fresh(row([A]), wishOf({ values: [A, B] })), false);
  t.equal(fresh(row([A]), wishOf({ values: [A], goal: 'removed' })), false);
  t.equal(fresh(row([A]), wishOf({ values: [held('A', 1, 2)] })), false, 'revoked, though the digest is the same');
  const sealed = { envMac: null };
  t.equal(fresh(row([A]), wishOf({ values: [A], ...sealed })), true);
  t.equal(fresh(row([A]), wishOf({ values: [A, B], ...sealed })), false);
  t.equal(fresh(row([A]), wishOf({ values: [held('A', 2)], ...sealed })), false);
});

t.test('older', async (t) => {
  const at = (epoch: number, generation: number) => ({ epoch, generation });
  t.equal(older(at(1, 1), at(1, 2)), true);
  t.equal(older(at(1, 2), at(1, 2)), false);
  t.equal(older(at(1, 9), at(2, 1)), true, 'an epoch outweighs any generation');
  t.equal(older(at(2, 1), at(1, 9)), false);
});

t.test('what a newer wish cuts short', async (t) => {
  const quiet = { rows: [], pulling: false };
  const now = wishOf({ values: [A] });
  const both = wishOf({ values: [A, B] });
  t.equal(overtakes(now, both, quiet), false, 'it ends soon, and the next one takes B away');
  t.equal(overtakes(now, both, { ...quiet, pulling: true }), true, 'B would be given after the download');
  t.equal(overtakes(both, now, { ...quiet, pulling: true }), false, 'more is wanted');
  t.equal(overtakes(now, both, { ...quiet, rows: [row([A, B])] }), true, 'B is held, and it would leave it so');
  t.equal(overtakes(now, now, { ...quiet, rows: [row([A, B])] }), false, 'it takes B away itself');
  const gone = wishOf({ goal: 'removed' });
  t.equal(overtakes(gone, now, quiet), true);
  t.equal(overtakes(gone, gone, { rows: [row([A])], pulling: false }), false);
});

t.test('the same target', async (t) => {
  const at = (epoch: number, generation: number) => ({ epoch, generation });
  t.equal(sameTarget(at(1, 2), at(1, 2)), true);
  t.equal(sameTarget(at(1, 2), at(1, 3)), false);
  t.equal(sameTarget(at(1, 2), at(2, 2)), false);
  t.equal(sameTarget(null, at(1, 2)), false);
  t.equal(sameTarget(null, null), true);
});
