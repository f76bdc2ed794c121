import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeHeadFile, readHead, writeHead } from '../../store/audit-head.js';
import { open, operator, options } from './core-fixture.js';

const head = { vault: 'vlt_A', epoch: 1, seq: 3, hash: 'abcd' };

t.test('what was written is read, and nothing else', async (t) => {
  const directory = t.testdir({ text: 'no JSON', other: '{"seq": "3"}', nothing: 'null' });
  const file = join(directory, 'state', 'head.json');
  t.equal(readHead(file), null);
  writeHead(file, head);
  t.same(readHead(file), head);
  t.equal(statSync(file).mode & 0o777, 0o600);
  for (const name of ['text', 'other', 'nothing']) t.equal(readHead(join(directory, name)), 'unreadable', name);
});

t.test('it is written when the vault closes, and when a second has passed', async (t) => {
  const directory = t.testdir();
  const core = await open(directory);
  core.audit.record(operator, { action: 'test.act', target: 'x' });
  core.close();
  const file = options(directory).auditHeadFile;
  t.match(readHead(file), { vault: core.row.id, epoch: 1, seq: 1 });

  let seq = 1;
  const later = makeHeadFile(file, { ...head, frozen: false, end: () => ({ seq, hash: new Uint8Array([1]) }) });
  later.changed();
  seq = 7;
  t.match(readHead(file), { seq: 1 }, 'not at once');
  await new Promise((resolve) => setTimeout(resolve, 1100));
  t.match(readHead(file), { seq: 7 }, 'the end as it is then');
  writeFileSync(file, 'gone');
  later.flush();
  t.equal(readFileSync(file, 'utf8'), 'gone', 'nothing changed, nothing written');
});

t.test('a head that does not fit is kept', async (t) => {
  const directory = t.testdir();
  (await open(directory)).close();
  const file = options(directory).auditHeadFile;
  const cases: [object | string, RegExp][] = [
    ['rubbish', /cannot be read/],
    [{ ...head, vault: 'vlt_OTHER' }, /another vault/],
    [{ epoch: 9 }, /later epoch/],
    [{ seq: 900 }, /missing/],
    [{ seq: 1, hash: 'ffff' }, /another one/],
  ];
  for (const [content, reason] of cases) {
    const core = await open(directory);
    core.audit.record(operator, { action: 'test.act', target: 'x' });
    core.close();
    const good = JSON.parse(readFileSync(file, 'utf8')) as object;
    const text = typeof content === 'string' ? content : JSON.stringify({ ...good, ...content });
    writeFileSync(file, text);
    const again = await open(directory);
    again.audit.record(operator, { action: 'test.act', target: 'y' });
    t.match(again.audit.verify(operator), { ok: false, problem: { reason } });
    again.close();
    t.equal(readFileSync(file, 'utf8'), text, 'evidence');
    writeFileSync(file, JSON.stringify(good));
  }
});
