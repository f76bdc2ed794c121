import { readFileSync } from 'node:fs';
import t from 'tap';
import { KEPT } from '../../store/idempotency.js';
import { codeOf, daemon, domain, launcherWith, operator, plain } from './domain-fixture.js';

const body = plain('{"name":"a very particular body"}').plain;

t.test('first, in flight, then replayed', async (t) => {
  const v = await domain(t);
  const begin = () => v.idempotency.begin(operator, 'POST /v1/secrets', 'k1', body);
  t.same(begin(), { state: 'fresh' });
  t.equal(codeOf(begin), 'IDEMPOTENCY_IN_FLIGHT');
  v.idempotency.finish(operator, 'POST /v1/secrets', 'k1', 'sec_1');
  t.same(begin(), { state: 'replay', resource: 'sec_1' });
  const other = plain('{}').plain;
  t.equal(
    codeOf(() => v.idempotency.begin(operator, 'POST /v1/secrets', 'k1', other)),
    'IDEMPOTENCY_MISMATCH',
  );
});

t.test('a failed request gives its key back; a finished one keeps it', async (t) => {
  const v = await domain(t);
  v.idempotency.begin(operator, 'r', 'k', body);
  v.idempotency.abandon(operator, 'r', 'k');
  t.same(v.idempotency.begin(operator, 'r', 'k', body), { state: 'fresh' });
  v.idempotency.finish(operator, 'r', 'k', 'ses_1');
  v.idempotency.abandon(operator, 'r', 'k');
  t.same(v.idempotency.begin(operator, 'r', 'k', body), { state: 'replay', resource: 'ses_1' });
});

t.test('keys are each token’s own, and each route’s', async (t) => {
  const v = await domain(t);
  v.idempotency.begin(operator, 'r', 'k', body);
  for (const caller of [launcherWith({}), daemon])
    t.same(v.idempotency.begin(caller, 'r', 'k', body), { state: 'fresh' });
  t.same(v.idempotency.begin(operator, 'other', 'k', body), { state: 'fresh' });
});

t.test('kept for a day', async (t) => {
  const v = await domain(t);
  v.idempotency.begin(operator, 'r', 'old', body);
  v.idempotency.finish(operator, 'r', 'old', 'ses_1');
  v.clock.advance(KEPT - 1);
  t.equal(v.idempotency.begin(operator, 'r', 'old', body).state, 'replay');
  v.clock.advance(1);
  t.equal(v.idempotency.begin(operator, 'r', 'old', body).state, 'fresh');
  v.clock.advance(2 * KEPT);
  v.idempotency.begin(operator, 'r', 'new', body);
  t.equal(v.core.db.prepare('SELECT count(*) FROM idempotency').pluck().get(), 1, 'old ones are deleted');
});

t.test('nothing of the body is stored, and equal bodies differ by route', async (t) => {
  const v = await domain(t);
  v.idempotency.begin(operator, 'a', 'k', body);
  v.idempotency.begin(operator, 'b', 'k', body);
  const bytes = Buffer.concat([v.core.db.name, `${v.core.db.name}-wal`].map((file) => readFileSync(file)));
  t.equal(bytes.includes('particular'), false);
  const digests = v.core.db.prepare<[], Buffer>('SELECT digest FROM idempotency').pluck().all();
  t.equal(new Set(digests.map((digest) => digest.toString('hex'))).size, 2);
});

t.test('keys that are none, and a sealed vault', async (t) => {
  const v = await domain(t);
  for (const key of ['', 'a b', 'x'.repeat(256), 'ü'])
    t.equal(
      codeOf(() => v.idempotency.begin(operator, 'r', key, body)),
      'INVALID_INPUT',
    );
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => v.idempotency.begin(operator, 'r', 'k', body)),
    'VAULT_SEALED',
  );
});

t.test('once: what is made and its key are one transaction', async (t) => {
  const v = await domain(t);
  const once = (make: () => string) => v.idempotency.once(operator, 'POST /v1/sessions', 'k', body, make);
  const failing = () =>
    once(() => {
      v.session('half');
      throw new Error('crash');
    });
  t.throws(failing, /crash/);
  t.same(v.sessions.list(operator).items, [], 'nothing half done');
  const first = once(() => v.session('dev').id);
  t.equal(first.replayed, false);
  t.same(
    once(() => v.session('again').id),
    { resource: first.resource, replayed: true },
  );
  t.equal(v.sessions.list(operator).items.length, 1);
  const refused = () =>
    v.idempotency.once(launcherWith({}), 'r', 'k', body, () => v.sessions.get(launcherWith({}), 'dev').id);
  t.equal(codeOf(refused), 'SESSION_NOT_FOUND');
  t.match(v.audit('session.get'), [{ outcome: 'refused' }], 'a refusal inside is kept');
  t.equal(codeOf(refused), 'SESSION_NOT_FOUND', 'and the key is free again');
});
