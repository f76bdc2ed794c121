import t from 'tap';
import { findSecret } from '../../store/secrets-rows.js';
import {
  appendVersion,
  assertUtf8,
  assertValue,
  openVersion,
  roomFor,
  versionsOf,
  wipeVersions,
  withPlaintext,
} from '../../store/versions.js';
import { codeOf, domain, plain, refusal } from './domain-fixture.js';

t.test('values that cannot be are refused with a reason', async (t) => {
  const env = { name: 'KEY', env: 'KEY', as: 'env' } as const;
  t.match(refusal(() => assertValue(env, new Uint8Array())).message, /empty/);
  t.match(refusal(() => assertValue(env, Uint8Array.of(1, 0, 2))).message, /NUL/);
  t.doesNotThrow(() => assertValue({ ...env, as: 'file' }, Uint8Array.of(1, 0, 2)));
  t.doesNotThrow(() => assertValue(env, new Uint8Array(roomFor('KEY')).fill(65)));
  t.equal(roomFor('KEY'), 131_072 - 5);
  const error = refusal(() => assertValue(env, new Uint8Array(roomFor('KEY') + 1).fill(65)));
  t.equal(error.code, 'VALUE_TOO_LARGE');
  t.match(error.message, /131068 bytes.*at most 131067/);
  t.equal(
    codeOf(() => assertUtf8('KEY', Uint8Array.of(0xff))),
    'VALUE_NOT_UTF8',
  );
});

t.test('appended, opened, wiped', async (t) => {
  const v = await domain(t);
  const { id, name } = v.add('KEY', {}, 'one');
  t.equal(
    v.context.write('test', () => appendVersion(v.context, id, plain('two').plain, 'test')),
    2,
  );
  t.equal(Buffer.from(openVersion(v.context, { id, name }, 1)).toString(), 'one');
  t.equal(Buffer.from(openVersion(v.context, { id, name }, 2)).toString(), 'two');
  v.context.write('test', () => wipeVersions(v.context, id, 2));
  t.match(versionsOf(v.context, id), [
    { version: 2, destroyedAt: v.clock.now(), size: 3, createdBy: 'test' },
    { version: 1, destroyedAt: null },
  ]);
  t.equal(
    codeOf(() => openVersion(v.context, { id, name }, 2)),
    'VERSION_NOT_FOUND',
  );
  t.equal(
    v.context.write('test', () => appendVersion(v.context, id, plain('three').plain, 'test')),
    3,
    'a number is never used twice',
  );
  v.context.write('test', () => wipeVersions(v.context, id));
  t.equal(findSecret(v.context, 'KEY').currentVersion, null);
});

t.test('plain bytes stay the caller’s, sealed ones are opened', async (t) => {
  const v = await domain(t);
  const value = plain('mine');
  withPlaintext(v.context, value, (bytes) => t.equal(bytes, value.plain));
  t.equal(Buffer.from(value.plain).toString(), 'mine', 'not wiped here');
  const junk = { sealed: new Uint8Array(80) };
  t.equal(
    codeOf(() => withPlaintext(v.context, junk, () => t.fail('opened'))),
    'SEALED_VALUE_INVALID',
  );
});
