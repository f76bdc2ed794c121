import t from 'tap';
import {
  activationsOf,
  dropVariables,
  endActivations,
  inForce,
  lapseActivations,
  putActivation,
} from '../../store/activations-rows.js';
import { deadlineIn, NEVER } from '../../store/deadline.js';
import { findSecret } from '../../store/secrets-rows.js';
import { domain, HOUR } from './domain-fixture.js';

async function oneActive(t: Parameters<typeof domain>[0]) {
  const v = await domain(t);
  const { id } = v.session('dev');
  v.add('KEY', { expiresAt: v.clock.now() + 3 * HOUR });
  v.context.write('test', () =>
    putActivation(v.context, id, {
      ...deadlineIn(v.clock, HOUR),
      ...{
        secret: findSecret(v.context, 'KEY'),
        env: 'OWN',
        existing: undefined,
        confirmedBy: 'me',
        requestId: 'req_1',
      },
    }),
  );
  const rows = () => activationsOf(v.context, id);
  return { v, id, rows, inForce: () => rows().filter((row) => inForce(v.context, row)) };
}

t.test('written and read', async (t) => {
  const { v, rows } = await oneActive(t);
  t.match(rows(), [
    { env: 'OWN', confirmedBy: 'me', until: v.clock.now() + HOUR, lapsedAt: null, secret: { name: 'KEY' } },
  ]);
  const stored = v.core.db.prepare('SELECT env, own FROM activationVariable').all();
  t.same(stored, [{ env: 'OWN', own: 1 }]);
});

t.test('in force until its time, its secret’s time, or its lapse', async (t) => {
  const { v, id, rows, inForce } = await oneActive(t);
  t.equal(inForce().length, 1);
  v.clock.advance(HOUR);
  t.equal(inForce().length, 0);
  const [existing] = rows();
  const again = { secret: findSecret(v.context, 'KEY'), env: 'KEY', existing, confirmedBy: 'you', requestId: null };
  v.context.write('test', () => {
    if (existing !== undefined) dropVariables(v.context, existing.id);
    putActivation(v.context, id, { ...again, ...NEVER });
  });
  t.match(
    inForce(),
    [{ id: existing?.id, env: 'KEY', confirmedBy: 'you', until: null }],
    'the same row, taken up again',
  );
  t.equal(
    v.context.write('test', () => lapseActivations(v.context, id)),
    1,
  );
  t.equal(inForce().length, 0);
  t.match(rows(), [{ env: null, lapsedAt: v.clock.now() }]);
  const [lapsed] = rows();
  v.context.write('test', () => putActivation(v.context, id, { ...again, ...NEVER, existing: lapsed }));
  t.equal(inForce().length, 1);
  v.clock.advance(2 * HOUR);
  t.equal(inForce().length, 0, 'the secret expired');
});

t.test('ended: all, or some', async (t) => {
  const { v, id, rows } = await oneActive(t);
  const other = v.add('OTHER');
  t.equal(
    v.context.write('test', () => endActivations(v.context, id, 'test', new Set([other.id]))),
    0,
  );
  t.equal(rows().length, 1);
  t.equal(
    v.context.write('test', () => endActivations(v.context, id, 'test')),
    1,
  );
  t.same(rows(), []);
  t.match(v.core.db.prepare('SELECT endReason FROM activation').all(), [{ endReason: 'test' }]);
  t.same(v.core.db.prepare('SELECT * FROM activationVariable').all(), []);
});
