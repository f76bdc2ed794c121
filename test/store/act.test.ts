import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Core } from '../../store/core.js';
import { StoreError } from '../../store/errors.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { launcher, open, operator, options } from './core-fixture.js';

const entry = { action: 'test.act', target: 'x' };
const noPairs = () => [];

/** A table of the test's own, so that acts have something to change. */
async function withTable(directory: string, more = {}): Promise<Core & { rows(): unknown[]; add(x: string): void }> {
  const core = await open(directory, more);
  core.db.exec('CREATE TABLE IF NOT EXISTS thing (x TEXT)');
  const insert = core.db.prepare('INSERT INTO thing VALUES (?)');
  return {
    ...core,
    rows: () => core.db.prepare('SELECT x FROM thing').pluck().all(),
    add: (x) => void insert.run(x),
  };
}

function fullDisk(core: Core): void {
  core.db.pragma(`max_page_count = ${core.db.pragma('page_count', { simple: true })}`);
}
function freeDisk(core: Core): void {
  core.db.pragma('max_page_count = 1000000');
}

t.test('change and entry are both there, or neither', async (t) => {
  const { context, audit, rows, add, db, close } = await withTable(directoryUntilEnd(t));
  t.teardown(close);
  t.equal(
    context.act(
      operator,
      (n) => ({ ...entry, detail: { n } }),
      () => {
        add('a');
        return 7;
      },
    ),
    7,
  );
  t.match(audit.list(operator).items, [{ ...entry, outcome: 'done', detail: { n: 7 } }]);
  t.throws(
    () =>
      context.act(operator, entry, () => {
        add('b');
        throw new StoreError('SECRET_NOT_FOUND', 'no');
      }),
    { code: 'SECRET_NOT_FOUND' },
  );
  t.same(rows(), ['a']);
  db.exec(`CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END`);
  t.throws(() => context.act(operator, entry, () => add('c')), { code: 'AUDIT_UNAVAILABLE' });
  t.same(rows(), ['a'], 'no entry, no change');
  context.write('test.write', () => add('d'));
  t.same(rows(), ['a', 'd'], 'a write needs no entry');
});

t.test('what has returned is in the files, whatever becomes of the process', async (t) => {
  const directory = directoryUntilEnd(t);
  const core = await withTable(directory);
  core.context.act(operator, entry, () => core.add('kept'));
  core.context.write('test.write', () => core.add('too'));
  // The files as a power cut would leave them.
  const { dataDir, unlock } = options(directory);
  const copy = join(directory, 'copy');
  mkdirSync(copy);
  execFileSync('cp', ['-r', dataDir, copy]);
  const after = await withTable(copy, { unlock });
  t.same(after.rows(), ['kept', 'too']);
  t.match(after.audit.verify(operator), { ok: true, entries: 1 });
  after.close();
  core.close();
});

t.test('inner acts join the outer one', async (t) => {
  const { context, audit, rows, add, close } = await withTable(directoryUntilEnd(t));
  t.teardown(close);
  const inner = { action: 'test.inner', target: 'y' };
  context.act(operator, entry, () => {
    add('outer');
    context.act(operator, inner, () => add('inner'));
    t.throws(() =>
      context.act(operator, inner, () => {
        add('undone');
        throw new Error('inner');
      }),
    );
  });
  t.same(rows(), ['outer', 'inner']);
  t.same(
    audit.list(operator).items.map(({ action }) => action),
    ['test.act', 'test.inner'],
  );
  t.throws(() =>
    context.act(operator, entry, () => {
      context.act(operator, inner, () => add('lost'));
      throw new Error('outer');
    }),
  );
  t.same(rows(), ['outer', 'inner']);
  t.match(audit.verify(operator), { ok: true, entries: 2 });
});

t.test('a refusal is written down, even inside what it undoes', async (t) => {
  const { context, audit, rows, add, close } = await withTable(directoryUntilEnd(t));
  t.teardown(close);
  const refused = { action: 'test.refused', target: 'x', detail: { why: 'bounds' } };
  t.throws(() => context.refuse(launcher, 'OUT_OF_BOUNDS', refused, 'no'), { code: 'OUT_OF_BOUNDS', message: 'no' });
  t.throws(
    () =>
      context.act(launcher, entry, () => {
        add('undone');
        context.refuse(launcher, 'FORBIDDEN', refused, 'no');
      }),
    { code: 'FORBIDDEN' },
  );
  t.same(rows(), []);
  const said = { action: 'test.refused', outcome: 'refused', caller: 'launcher:ci', detail: { why: 'bounds' } };
  t.match(audit.list(operator).items, [said, said]);
});

t.test('failpoints stand before and after the commit', async (t) => {
  const seen: string[] = [];
  let fail = '';
  const failpoint = (name: string) => {
    seen.push(name);
    if (name === fail) throw new Error(`failpoint ${name}`);
  };
  const { context, rows, add, close } = await withTable(directoryUntilEnd(t), { failpoint });
  t.teardown(close);
  context.act(operator, entry, () => add('a'));
  context.write('test.write', () => add('b'));
  t.same(seen, ['test.act:recorded', 'test.act:committed', 'test.write:recorded', 'test.write:committed']);
  fail = 'test.act:recorded';
  t.throws(() => context.act(operator, entry, () => add('c')), /failpoint/);
  t.same(rows(), ['a', 'b'], 'undone');
  fail = 'test.act:committed';
  t.throws(() => context.act(operator, entry, () => add('d')), /failpoint/);
  t.same(rows(), ['a', 'b', 'd'], 'kept');
});

t.test('a full disk: changes are refused and undone', async (t) => {
  const core = await withTable(directoryUntilEnd(t));
  t.teardown(core.close);
  fullDisk(core);
  const big = 'x'.repeat(100_000);
  t.throws(() => core.context.act(operator, entry, () => core.add(big)), { code: 'DISK_FULL' });
  t.throws(() => core.context.write('test.write', () => core.add(big)), { code: 'DISK_FULL' });
  t.same(core.rows(), []);
  freeDisk(core);
  core.context.act(operator, entry, () => core.add('a'));
  t.same(core.rows(), ['a']);
});

t.test('a full disk: a revocation takes the ballast and is recorded', async (t) => {
  const directory = directoryUntilEnd(t);
  const core = await withTable(directory);
  t.teardown(core.close);
  const ballast = join(options(directory).dataDir, 'ballast');
  t.ok(existsSync(ballast));
  let tries = 0;
  fullDisk(core);
  core.context.revoke(operator, entry, noPairs, () => {
    tries++;
    if (!existsSync(ballast)) freeDisk(core);
    core.add('x'.repeat(100_000));
  });
  t.equal(tries, 2);
  t.equal(core.rows().length, 1);
  t.notOk(existsSync(ballast), 'given up');
  t.ok(core.acts.flush());
  t.ok(existsSync(ballast), 'and made again');
});

t.test('a revocation that cannot be recorded holds, says so, and is recorded later', async (t) => {
  const directory = directoryUntilEnd(t);
  const core = await withTable(directory);
  t.teardown(core.close);
  fullDisk(core);
  const pair = { session: 'ses_A', secret: 'sec_A' };
  let size = 100_000;
  const revoke = () =>
    core.context.revoke(
      operator,
      entry,
      () => [pair],
      () => core.add('x'.repeat(size)),
    );
  t.throws(revoke, { code: 'REVOKED_NOT_RECORDED', message: /DISK_FULL/ });
  t.ok(core.context.entombed('ses_A', 'sec_A'));
  t.notOk(core.context.entombed('ses_A', 'sec_B'));
  t.equal(core.tombstones.count(), 1);
  const file = join(options(directory).runDir, `tombstones-${core.row.id}`);
  t.match(JSON.parse(readFileSync(file, 'utf8')), { ...pair, caller: 'operator:test', action: 'test.act' });
  t.throws(revoke, { code: 'REVOKED_NOT_RECORDED' });
  t.equal(core.tombstones.waiting().length, 1, 'asked for again and again, it waits once');
  t.notOk(core.acts.flush(), 'not yet');
  t.same(core.rows(), []);
  freeDisk(core);
  size = 1;
  t.ok(core.acts.flush());
  t.same(core.rows(), ['x']);
  t.notOk(core.context.entombed('ses_A', 'sec_A'));
  t.notOk(existsSync(file));
  t.match(core.audit.list(operator).items, [{ ...entry, caller: 'operator:test' }]);
});

t.test('a revocation that succeeds takes what waits along', async (t) => {
  const core = await withTable(directoryUntilEnd(t));
  t.teardown(core.close);
  core.db.exec(`CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END`);
  const pairs = () => [{ session: 'ses_A', secret: 'sec_A' }];
  t.throws(() => core.context.revoke(operator, entry, pairs, () => core.add('first')), {
    code: 'REVOKED_NOT_RECORDED',
  });
  core.db.exec('DROP TRIGGER no');
  core.context.revoke(operator, entry, noPairs, () => core.add('second'));
  t.same(core.rows(), ['second', 'first']);
  t.equal(core.tombstones.count(), 0);
});

t.test('an error of the act itself is no revocation', async (t) => {
  const core = await withTable(directoryUntilEnd(t));
  t.teardown(core.close);
  const missing = () => {
    throw new StoreError('SESSION_NOT_FOUND', 'no');
  };
  t.throws(() => core.context.revoke(operator, entry, () => [{ session: 'a', secret: 'b' }], missing), {
    code: 'SESSION_NOT_FOUND',
  });
  t.equal(core.tombstones.count(), 0);
});

t.test('a failed fsync is fatal', async (t) => {
  const fatal: Error[] = [];
  const core = await withTable(directoryUntilEnd(t), { onFatal: (error: Error) => fatal.push(error) });
  t.teardown(core.close);
  const broken = () => {
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' });
  };
  t.throws(() => core.context.act(operator, entry, broken), { code: 'STORAGE_FAILED' });
  t.equal(fatal.length, 1);
  t.equal(core.context.keys.state, 'sealed');
  t.throws(() => core.context.act(operator, entry, () => core.add('a')), { code: 'STORAGE_FAILED' });
  t.throws(() => core.context.write('test.write', () => core.add('b')), { code: 'STORAGE_FAILED' });
  const pairs = () => [{ session: 'ses_A', secret: 'sec_A' }];
  t.throws(() => core.context.revoke(operator, entry, pairs, () => core.add('c')), { code: 'REVOKED_NOT_RECORDED' });
  t.ok(core.context.entombed('ses_A', 'sec_A'), 'a revocation holds all the same');
  t.notOk(core.acts.flush());
  t.same(core.rows(), []);
  t.equal(fatal.length, 1, 'once');
});

t.test('other failures of the disk are told as such', async (t) => {
  const core = await withTable(directoryUntilEnd(t));
  t.teardown(core.close);
  for (const code of ['SQLITE_IOERR_READ', 'SQLITE_CORRUPT', 'SQLITE_READONLY']) {
    const broken = () => {
      throw Object.assign(new Error(code), { code });
    };
    t.throws(() => core.context.act(operator, entry, broken), { code: 'STORAGE_FAILED', message: new RegExp(code) });
  }
  const mistake = () => core.db.exec('no SQL at all');
  t.throws(
    () => core.context.act(operator, entry, mistake),
    { code: 'SQLITE_ERROR' },
    'a mistake of ours is not hidden',
  );
});
