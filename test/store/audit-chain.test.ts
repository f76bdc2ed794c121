import t from 'tap';
import { makeChain } from '../../store/audit-chain.js';
import type { Core } from '../../store/core.js';
import { digest, frame } from '../../store/seal.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { open, operator, testClock } from './core-fixture.js';

const daemon = { kind: 'daemon' } as const;

/** A vault with five entries, and its chain. */
async function written(directory: string): Promise<Core> {
  const core = await open(directory);
  for (let n = 1; n <= 5; n++) core.audit.record(operator, { action: 'test.act', target: `thing-${n}`, detail: { n } });
  return core;
}

t.test('each entry carries on the one before, as the specification says', async (t) => {
  const core = await written(directoryUntilEnd(t));
  t.teardown(core.close);
  t.same(core.audit.verify(operator), { ok: true, entries: 5, problem: null });
  const hashes = core.db.prepare<[], Buffer>('SELECT hash FROM audit ORDER BY seq').pluck().all();
  const genesis = digest(frame('ampoule.audit.genesis', 1, core.row.id));
  const at = Date.UTC(2030, 0, 1);
  const parts = ['operator:test', 'tok_TEST', 'test.act', 'thing-1', 'done', '{"n":1}'];
  t.same(new Uint8Array(hashes[0] ?? []), digest(frame('ampoule.audit', 1, genesis, 1, at, ...parts)));
});

const TAMPERINGS: Record<string, { sql: string; seq: number; reason: RegExp }> = {
  'a changed target': { sql: `UPDATE audit SET target = 'thing-9' WHERE seq = 3`, seq: 3, reason: /changed/ },
  'a changed time': { sql: 'UPDATE audit SET at = at + 1 WHERE seq = 3', seq: 3, reason: /changed/ },
  'a changed caller': { sql: `UPDATE audit SET caller = 'daemon' WHERE seq = 1`, seq: 1, reason: /changed/ },
  'a dropped token': { sql: 'UPDATE audit SET token = NULL WHERE seq = 2', seq: 2, reason: /changed/ },
  'a changed action': { sql: `UPDATE audit SET action = 'test.other' WHERE seq = 4`, seq: 4, reason: /changed/ },
  'a changed outcome': { sql: `UPDATE audit SET outcome = 'refused' WHERE seq = 5`, seq: 5, reason: /changed/ },
  'a changed detail': { sql: `UPDATE audit SET detail = '{"n":2}' WHERE seq = 5`, seq: 5, reason: /changed/ },
  'a deleted entry': { sql: 'DELETE FROM audit WHERE seq = 3', seq: 3, reason: /entries 3 to 3 are missing/ },
  'a deleted beginning': { sql: 'DELETE FROM audit WHERE seq <= 2', seq: 1, reason: /entries 1 to 2 are missing/ },
  'a deleted entry, closed up': {
    sql: 'DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = seq - 1 WHERE seq > 3',
    seq: 3,
    reason: /changed/,
  },
  'two entries that changed places': {
    sql: 'UPDATE audit SET seq = -2 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = -2',
    seq: 2,
    reason: /moved/,
  },
  'a removed MAC': { sql: 'UPDATE audit SET mac = NULL WHERE seq = 3', seq: 3, reason: /no MAC/ },
  'a foreign MAC': { sql: 'UPDATE audit SET mac = zeroblob(32) WHERE seq = 3', seq: 3, reason: /MAC/ },
  'a cut-off end': { sql: 'DELETE FROM audit WHERE seq > 3', seq: 5, reason: /cut off/ },
  'everything deleted': { sql: 'DELETE FROM audit', seq: 5, reason: /cut off/ },
};

for (const [name, { sql, seq, reason }] of Object.entries(TAMPERINGS))
  t.test(`${name} is found`, async (t) => {
    const directory = directoryUntilEnd(t);
    (await written(directory)).close();
    const core = await open(directory);
    t.teardown(core.close);
    t.ok(core.audit.verify(operator).ok);
    core.db.exec(sql);
    t.match(core.audit.verify(operator), { ok: false, problem: { seq, reason } });
  });

t.test('an end that was cut off and written anew is found, also after a restart and new entries', async (t) => {
  const directory = directoryUntilEnd(t);
  (await written(directory)).close();
  const core = await open(directory);
  core.db.exec('DELETE FROM audit WHERE seq > 3');
  core.audit.record(operator, { action: 'test.act', target: 'instead-4' });
  core.audit.record(operator, { action: 'test.act', target: 'instead-5' });
  t.match(core.audit.verify(operator).problem, { seq: 5, reason: /another one/ });
  core.db.exec('DELETE FROM audit WHERE seq > 2');
  core.db.close();
  const again = await open(directory);
  t.teardown(again.close);
  for (let n = 0; n < 9; n++) again.audit.record(operator, { action: 'test.act', target: 'later' });
  t.match(again.audit.verify(operator), { ok: false, problem: { seq: 5 } }, 'the evidence was not overwritten');
});

t.test('an entry forged without the key is found', async (t) => {
  const core = await written(directoryUntilEnd(t));
  t.teardown(core.close);
  core.db.exec('DELETE FROM audit WHERE seq = 5');
  const sealed = { ...core.context.keys, state: 'sealed' as const };
  makeChain(core.db, core.row.id, sealed, testClock()).append(daemon, { action: 'test.act', target: 'forged' });
  t.match(core.audit.verify(operator).problem, { seq: 5, reason: /no MAC although the vault is unsealed/ });
});

t.test('entries made while sealed are hashed at once and MACed at unseal', async (t) => {
  const core = await written(directoryUntilEnd(t));
  t.teardown(core.close);
  core.guard.seal(operator);
  core.audit.record(daemon, { action: 'test.act', target: 'sealed-1' });
  core.audit.record(daemon, { action: 'test.act', target: 'sealed-2' });
  const macs = () => core.db.prepare('SELECT mac IS NULL FROM audit ORDER BY seq').pluck().all();
  t.same(macs(), [0, 0, 0, 0, 0, 0, 1, 1]);
  t.match(core.audit.verify(operator), { ok: true, entries: 8 });
  core.db.exec(`UPDATE audit SET target = 'sealed-9' WHERE seq = 7`);
  t.match(core.audit.verify(operator), { ok: false, problem: { seq: 7 } }, 'found without a key');
  core.db.exec(`UPDATE audit SET target = 'sealed-1' WHERE seq = 7`);
  await core.guard.unseal(operator, null);
  t.same(macs(), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
  t.match(core.audit.verify(operator), { ok: true, entries: 9 });
});

t.test('what was altered while sealed gets no MAC at unseal', async (t) => {
  const core = await written(directoryUntilEnd(t));
  t.teardown(core.close);
  core.guard.seal(operator);
  core.audit.record(daemon, { action: 'test.act', target: 'sealed-1' });
  core.audit.record(daemon, { action: 'test.act', target: 'sealed-2' });
  core.db.exec(`UPDATE audit SET target = 'sealed-9' WHERE seq = 7`);
  await core.guard.unseal(operator, null);
  t.match(core.audit.verify(operator), { ok: false, problem: { seq: 7 } });
});
