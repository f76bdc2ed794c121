import { readFileSync } from 'node:fs';
import sodium from 'libsodium-wrappers';
import t from 'tap';
import type { Look, SecretId } from '../../store/types.js';
import {
  agentOf,
  codeOf,
  type Domain,
  domain,
  HOUR,
  launcherWith,
  operator,
  plain,
  refusal,
} from './domain-fixture.js';

const text = (v: Domain, name: string) => Buffer.from(v.secrets.reveal(operator, name, 'a test').value).toString();
const generation = (v: Domain, name: string) => v.sessions.get(operator, name).generation;
const bytesOnDisk = (v: Domain) =>
  Buffer.concat([v.core.db.name, `${v.core.db.name}-wal`].map((file) => readFileSync(file)));

t.test('create, get, list; nothing of the value is on the disk', async (t) => {
  const v = await domain(t);
  const value = plain('correct horse battery staple');
  const secret = v.secrets.create(operator, { name: 'KEY', description: 'a key', provider: 'acme' }, value);
  t.match(secret, { name: 'KEY', env: 'KEY', currentVersion: 1, deletedAt: null, provider: 'acme' });
  t.equal(Buffer.from(value.plain).toString(), 'correct horse battery staple', 'the caller wipes');
  t.same(v.secrets.get(operator, 'KEY'), secret);
  t.same(v.secrets.list(operator).items, [secret]);
  t.equal(text(v, 'KEY'), 'correct horse battery staple');
  t.equal(bytesOnDisk(v).includes('battery'), false);
  t.equal(bytesOnDisk(v).includes('a key'), true, 'the search finds what is there');
  t.equal(
    codeOf(() => v.add('KEY')),
    'SECRET_EXISTS',
  );
  t.match(v.audit('secret.create'), [{ target: `${secret.id} KEY`, caller: 'operator:test', detail: { version: 1 } }]);
});

t.test('a sealed value is opened here', async (t) => {
  const v = await domain(t);
  await sodium.ready;
  const sealed = sodium.crypto_box_seal(plain('from afar').plain, v.core.row.publicKey);
  v.secrets.create(operator, { name: 'KEY' }, { sealed });
  t.equal(text(v, 'KEY'), 'from afar');
});

t.test('bytes arrive as they were', async (t) => {
  const v = await domain(t);
  for (const value of ['line\nline\r\n', '"quoted" $HOME `x`', 'ünïcode 🔑', 'x'.repeat(100 * 1024)]) {
    v.secrets.setValue(operator, 'KEY', plain(value));
    t.equal(text(v, 'KEY') === value, true);
  }
});

t.test('setValue creates, then rotates', async (t) => {
  const v = await domain(t);
  t.match(v.secrets.setValue(operator, 'KEY', plain('one')), { created: true, version: 1, sessions: [] });
  t.match(v.secrets.setValue(operator, 'KEY', plain('two')), {
    created: false,
    version: 2,
    secret: { currentVersion: 2 },
  });
  t.equal(text(v, 'KEY'), 'two');
  t.match(
    v.secrets.setValue(operator, 'KEY', plain('two')),
    { version: 2 },
    'the same value again is the same version',
  );
  t.equal(v.secrets.versions(operator, 'KEY').length, 2);
  t.equal(
    codeOf(() => v.secrets.setValue(operator, 'PATH', plain('x'))),
    'NAME_RESERVED',
  );
  t.equal(
    codeOf(() => v.secrets.setValue(operator, 'sec_01', plain('x'))),
    'SECRET_NOT_FOUND',
  );
});

t.test('a rotation moves on every live session that has it, and only those', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const ids = ['on', 'off', 'ended'].map((name) => v.session(name).id);
  for (const name of ['on', 'off', 'ended']) v.activations.activate(operator, name, [{ name: 'KEY' }]);
  v.activations.deactivate(operator, 'off', { all: true });
  v.sessions.end(operator, 'ended');
  const before = ['on', 'off'].map((name) => generation(v, name));
  t.same(v.secrets.setValue(operator, 'KEY', plain('new')).sessions, [ids[0]]);
  t.same([generation(v, 'on'), generation(v, 'off')], [(before[0] ?? 0) + 1, before[1]]);
  v.secrets.setValue(operator, 'KEY', plain('new'));
  t.equal(generation(v, 'on'), (before[0] ?? 0) + 1, 'the same value is no change');
});

t.test('revoke raises the floor; without it holders may go on', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  const { sandbox } = v.box({ name: 'dev' }, { secrets: [{ name: 'KEY' }] });
  const wanted = () => v.sandboxes.wanted(sandbox.id)?.values.map(({ version, floor }) => [version, floor]);
  v.secrets.setValue(operator, 'KEY', plain('two'));
  t.same(wanted(), [[2, 1]]);
  v.secrets.setValue(operator, 'KEY', plain('three'), { revoke: true });
  t.same(wanted(), [[3, 3]]);
  const before = generation(v, 'dev');
  v.secrets.setValue(operator, 'KEY', plain('three'), { revoke: true });
  t.equal(generation(v, 'dev'), before + 1);
  t.match(v.audit('secret.rotate')[1], { detail: { version: 3, revoke: true } });
});

t.test('a rotation that would not fit is refused, and nothing of it is kept', async (t) => {
  const v = await domain(t);
  v.session('dev');
  v.add('KEY');
  v.activations.activate(operator, 'dev', [{ name: 'KEY', as: `K${'X'.repeat(99)}` }]);
  const before = generation(v, 'dev');
  const value = { plain: new Uint8Array(131_072 - 5).fill(65) };
  t.equal(
    codeOf(() => v.secrets.setValue(operator, 'KEY', value)),
    'VALUE_TOO_LARGE',
  );
  t.equal(v.secrets.get(operator, 'KEY').currentVersion, 1);
  t.equal(generation(v, 'dev'), before);
  v.box('dev', { delivery: 'env' });
  t.equal(
    codeOf(() => v.secrets.setValue(operator, 'KEY', { plain: Uint8Array.of(0xff) })),
    'VALUE_NOT_UTF8',
  );
});

t.test('update', async (t) => {
  const v = await domain(t);
  v.add('KEY', { tags: ['a'] });
  v.clock.advance(5);
  const patch = { description: 'new', tags: ['z', 'b'], provider: 'acme', sensitive: false, rotateEvery: HOUR };
  t.match(v.secrets.update(operator, 'KEY', patch), {
    ...patch,
    tags: ['b', 'z'],
    updatedAt: v.clock.now(),
    sessions: [],
  });
  t.match(v.secrets.update(operator, 'KEY', { provider: null }), { provider: null, description: 'new' });
  t.equal(
    codeOf(() => v.secrets.update(operator, 'KEY', { expiresAt: v.clock.now() })),
    'INVALID_INPUT',
  );
  t.match(v.audit('secret.update')[0], { detail: { members: ['provider'] } });
});

t.test('new tags can bring a secret into a ceiling, with its conflicts', async (t) => {
  const v = await domain(t);
  v.add('A', { tags: ['in'] });
  v.add('B');
  v.session('dev');
  const { sandbox } = v.box('dev', { only: ['tag:in'], as: { B: 'A' }, secrets: [{ name: 'A' }, { name: 'B' }] });
  t.same(v.given(sandbox.id), { A: 'a' });
  t.equal(
    codeOf(() => v.secrets.update(operator, 'B', { tags: ['in'] })),
    'ENV_CONFLICT',
  );
  t.same(v.secrets.get(operator, 'B').tags, []);
  const before = generation(v, 'dev');
  t.same(v.secrets.update(operator, 'A', { tags: [] }).sessions, [sandbox.session]);
  t.same(v.given(sandbox.id), {});
  t.equal(generation(v, 'dev'), before + 1);
});

t.test('destroying a version', async (t) => {
  const v = await domain(t);
  const { id } = v.add('KEY', {}, 'one');
  const { sandbox } = v.box({ name: 'dev' }, { secrets: [{ name: 'KEY' }] });
  v.secrets.setValue(operator, 'KEY', plain('two'));
  v.secrets.setValue(operator, 'KEY', plain('three'));
  const cipher = ciphertextOf(v, id, 1);
  t.equal(bytesOnDisk(v).includes(cipher), true);
  t.same(v.secrets.destroyVersion(operator, 'KEY', 1), { sessions: [sandbox.session] });
  t.equal(bytesOnDisk(v).includes(cipher), false, 'gone from database and WAL');
  t.match(v.sandboxes.wanted(sandbox.id)?.values, [{ version: 3, floor: 2 }], 'what holds it has to let go');
  v.secrets.destroyVersion(operator, 'KEY', 3);
  t.same(v.given(sandbox.id), { KEY: 'two' }, 'the newest that is left');
  const before = generation(v, 'dev');
  v.secrets.destroyVersion(operator, 'KEY', 3);
  t.equal(generation(v, 'dev'), before, 'a second time changes nothing');
  v.secrets.destroyVersion(operator, 'KEY', 2);
  t.same(v.given(sandbox.id), {}, 'none is left, none is given');
  t.equal(
    codeOf(() => v.secrets.destroyVersion(operator, 'KEY', 9)),
    'VERSION_NOT_FOUND',
  );
  t.equal(
    codeOf(() => v.secrets.reveal(operator, 'KEY', 'why')),
    'VERSION_NOT_FOUND',
  );
});

function ciphertextOf(v: Domain, id: SecretId, version: number): Buffer {
  const text = 'SELECT ciphertext FROM secretVersion WHERE secret = ? AND version = ?';
  return v.core.db.prepare<[string, number], Buffer>(text).pluck().get(id, version) ?? Buffer.alloc(0);
}

t.test('delete', async (t) => {
  const v = await domain(t);
  const { id } = v.add('KEY');
  const { sandbox } = v.box({ name: 'dev' }, { secrets: [{ name: 'KEY' }] });
  const error = refusal(() => v.secrets.delete(operator, 'KEY'));
  t.equal(error.code, 'SECRET_ACTIVE');
  t.match(error.message, /active in dev.*force=true \(`ampoule secret rm \S+ --force`\)/);
  const cipher = ciphertextOf(v, id, 1);
  const before = generation(v, 'dev');
  t.same(v.secrets.delete(operator, 'KEY', { force: true }), { sessions: [sandbox.session] });
  t.same(v.given(sandbox.id), {});
  t.equal(generation(v, 'dev'), before + 1);
  t.equal(bytesOnDisk(v).includes(cipher), false);
  t.equal(
    codeOf(() => v.secrets.get(operator, 'KEY')),
    'SECRET_NOT_FOUND',
  );
  t.not(v.add('KEY').id, id, 'the name is free again');
  t.equal(v.core.db.prepare('SELECT count(*) FROM secret').pluck().get(), 2, 'the row stays for the history');
});

t.test('reveal needs a reason and is written down', async (t) => {
  const v = await domain(t);
  v.add('KEY', {}, 'shown');
  t.equal(
    codeOf(() => v.secrets.reveal(operator, 'KEY', '  ')),
    'INVALID_INPUT',
  );
  const { value, ...rest } = v.secrets.reveal(operator, 'KEY', 'to log in');
  t.equal(Buffer.from(value).toString(), 'shown');
  t.same(rest, { name: 'KEY', version: 1 });
  const [entry] = v.audit('secret.reveal');
  t.same(entry?.detail, { version: 1, reason: 'to log in' });
});

t.test('an altered row is refused, and only that row', async (t) => {
  const v = await domain(t);
  const { id } = v.add('BAD');
  v.add('GOOD');
  v.core.db.prepare('UPDATE secretVersion SET size = size + 1 WHERE secret = ?').run(id);
  t.equal(
    codeOf(() => v.secrets.reveal(operator, 'BAD', 'why')),
    'VALUE_UNREADABLE',
  );
  t.equal(text(v, 'GOOD'), 'good');
  t.same(
    v.audit('secret.reveal').map(({ target }) => target.split(' ')[1]),
    ['GOOD'],
  );
  t.match(v.secrets.setValue(operator, 'BAD', plain('anew')), { version: 2 });
});

t.test('sealed: values stay shut, metadata and taking away work', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.add('OLD');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  v.core.guard.seal(operator);
  t.equal(
    codeOf(() => v.add('NEW')),
    'VAULT_SEALED',
  );
  t.equal(
    codeOf(() => v.secrets.setValue(operator, 'KEY', plain('x'))),
    'VAULT_SEALED',
  );
  t.equal(
    codeOf(() => v.secrets.reveal(operator, 'KEY', 'why')),
    'VAULT_SEALED',
  );
  t.equal(v.secrets.list(operator).items.length, 2);
  t.doesNotThrow(() => v.secrets.delete(operator, 'OLD'));
  t.doesNotThrow(() => v.secrets.delete(operator, 'KEY', { force: true }));
});

t.test('too little room', async (t) => {
  let free = 1e12;
  const v = await domain(t, { freeBytes: () => free });
  v.add('KEY');
  free = 1024;
  t.equal(
    codeOf(() => v.add('MORE')),
    'DISK_FULL',
  );
  t.equal(
    codeOf(() => v.secrets.setValue(operator, 'KEY', plain('x'))),
    'DISK_FULL',
  );
  t.doesNotThrow(() => v.secrets.delete(operator, 'KEY'));
});

t.test('only operators', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  for (const caller of [launcherWith({ secrets: ['KEY'] }), agentOf(v.session('dev').id)]) {
    t.equal(
      codeOf(() => v.secrets.reveal(caller, 'KEY', 'why')),
      'FORBIDDEN',
    );
    t.equal(
      codeOf(() => v.secrets.list(caller)),
      'FORBIDDEN',
    );
    t.equal(
      codeOf(() => v.secrets.get(caller, 'KEY')),
      'FORBIDDEN',
    );
    t.equal(
      codeOf(() => v.secrets.create(caller, { name: 'X' }, plain('x'))),
      'FORBIDDEN',
    );
    t.equal(
      codeOf(() => v.secrets.setValue(caller, 'KEY', plain('x'))),
      'FORBIDDEN',
    );
    t.equal(
      codeOf(() => v.secrets.update(caller, 'KEY', {})),
      'FORBIDDEN',
    );
    t.equal(
      codeOf(() => v.secrets.versions(caller, 'KEY')),
      'FORBIDDEN',
    );
    t.equal(
      codeOf(() => v.secrets.destroyVersion(caller, 'KEY', 1)),
      'FORBIDDEN',
    );
    t.equal(
      codeOf(() => v.secrets.delete(caller, 'KEY')),
      'FORBIDDEN',
    );
  }
  t.equal(text(v, 'KEY'), 'key');
});

t.test('who stores a value may look at it first, whatever form it came in', async (t) => {
  const v = await domain(t);
  const seen: unknown[] = [];
  const look: Look = ({ name, env, provider }, bytes) => {
    seen.push([name, env, provider, Buffer.from(bytes).toString(), v.secrets.list(operator).items.length]);
  };
  v.secrets.create(operator, { name: 'KEY@work', provider: 'acme' }, plain('one'), { look });
  const sealed = sodium.crypto_box_seal(plain('two').plain, v.core.row.publicKey);
  v.secrets.setValue(operator, 'KEY@work', { sealed }, { look });
  v.secrets.setValue(operator, 'OTHER', plain('three'), { look });
  t.same(seen, [
    ['KEY@work', 'KEY', 'acme', 'one', 0],
    ['KEY@work', 'KEY', 'acme', 'two', 1],
    ['OTHER', 'OTHER', null, 'three', 1],
  ]);
});
