/** Failures in a row: what counts as the same, and when it is tried again. */

import t from 'tap';
import { SandboxError } from '../../../sandbox/errors.js';
import { Failures } from '../../../sandbox/reconcile/failures.js';
import { PassFailed } from '../../../sandbox/reconcile/pass.js';

const at = (generation: number) => ({ epoch: 1, generation });
const away = new SandboxError('ENGINE_UNREACHABLE', 'Away.', { retry: true });
const ends = new SandboxError('START_FAILED', 'It ended.');

t.test('the same reason at the same wish is tried ever more rarely', async (t) => {
  const failures = new Failures();
  t.equal(failures.error, null);
  t.same(failures.add(ends, at(1), false), { again: false, stays: true, againMs: 3_000 });
  t.same(failures.add(ends, at(1), false), { again: true, stays: true, againMs: 6_000 });
  t.equal(failures.error, ends);
  t.match(failures.add(away, at(1), false), { again: false, stays: false, againMs: 100 });
  t.match(failures.add(away, at(1), false), { again: true, againMs: 200 });
  t.match(failures.add(away, at(2), false), { again: false, againMs: 100 }, 'another wish');
  t.match(failures.add(away, null, false), { again: false, againMs: 100 }, 'none could be read');
  t.match(failures.add(away, null, false), { again: true, againMs: 200 });
  failures.clear();
  t.equal(failures.error, null);
  t.match(failures.add(away, null, false), { again: false, againMs: 100 });
});

t.test('what Docker refused counts where it was asked to do something', async (t) => {
  const refused = new SandboxError('ENGINE_REFUSED', 'It will not.');
  t.match(new Failures().add(new PassFailed(refused, null, false), at(1), false), { stays: false });
  t.match(new Failures().add(new PassFailed(refused, null, false, true), at(1), false), { stays: true });
});
