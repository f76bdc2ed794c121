import t from 'tap';
import { recordTombstones } from '../../store/tombstone-record.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { open, operator } from './core-fixture.js';

const stone = (session: string, secret: string) => ({ session, secret, caller: 'operator:a', action: 'b', at: 1 });

t.test('ends whole tokens and sandboxes, once', async (t) => {
  const { db, context, audit, close } = await open(directoryUntilEnd(t));
  t.teardown(close);
  db.exec(`
    INSERT INTO session (id, name, onResume, delivery, settings, lastUsedAt, generation, createdAt)
      VALUES ('ses_A', 'dev', 'restore', 'env', '{}', 1, 5, 1);
    INSERT INTO sandbox (id, name, session, settings, requestedDelivery, delivery, endsSession, ceiling, lastExecAt, createdAt)
      VALUES ('sbx_A', 'box', 'ses_A', '{}', 'auto', 'env', 0, 0, 1, 1);
    INSERT INTO token (id, kind, name, digest, createdAt) VALUES ('tok_A', 'operator', 'a', x'00', 1);
  `);
  const stones = [stone('tok_A', '*'), stone('sbx_A', '*'), stone('tok_NONE', '*')];
  recordTombstones(db, context.clock, context.act, stones);
  recordTombstones(db, context.clock, context.act, stones);
  const left = 'SELECT id FROM token WHERE revokedAt IS NULL UNION SELECT id FROM sandbox WHERE endedAt IS NULL';
  t.same(db.prepare(left).all(), []);
  const entries = audit.list(operator).items.map(({ action, target }) => `${action} ${target}`);
  t.same(entries.sort(), ['sandbox.end sbx_A', 'token.revoke tok_A']);
});

t.test('ends the activations that are named, once, with an entry for each', async (t) => {
  const { db, context, audit, close } = await open(directoryUntilEnd(t));
  t.teardown(close);
  db.exec(`
    INSERT INTO secret (id, name, env, kind, sensitive, createdAt, updatedAt)
      VALUES ('sec_A', 'A', 'A', 'env', 1, 1, 1), ('sec_B', 'B', 'B', 'env', 1, 1, 1);
    INSERT INTO session (id, name, onResume, delivery, settings, lastUsedAt, generation, createdAt)
      VALUES ('ses_A', 'dev', 'restore', 'env', '{}', 1, 5, 1);
    INSERT INTO activation (id, session, secret, confirmedBy, activatedAt)
      VALUES (1, 'ses_A', 'sec_A', 'x', 1), (2, 'ses_A', 'sec_B', 'x', 1);
    INSERT INTO activationVariable VALUES ('ses_A', 'A', 1, 0), ('ses_A', 'B', 2, 0);
  `);
  const stones = [stone('ses_A', 'sec_A'), stone('ses_A', 'sec_NONE'), stone('ses_NONE', 'sec_A')];
  recordTombstones(db, context.clock, context.act, stones);
  recordTombstones(db, context.clock, context.act, stones);
  t.same(db.prepare('SELECT id, endReason FROM activation ORDER BY id').raw().all(), [
    [1, 'deactivated'],
    [2, null],
  ]);
  t.same(db.prepare('SELECT env FROM activationVariable').pluck().all(), ['B']);
  t.equal(db.prepare('SELECT generation FROM session').pluck().get(), 6);
  t.match(audit.list(operator).items, [
    { caller: 'daemon', action: 'session.deactivate', target: 'ses_A sec_A', detail: { recordedLate: true } },
  ]);
  t.equal(audit.list(operator).items.length, 1);
});
