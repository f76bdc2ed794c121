/** Values are found whatever the borders of chunks, in every encoding, and nothing else is. */

import { randomBytes } from 'node:crypto';
import t from 'tap';
import { makeFinder } from '../../../daemon/scan/finder.js';
import { targetsOf } from './git-world.js';

const TOKEN = 'tok_9vXq2Zw7Lr4Tn8Kp';

function encodings(value: string): Record<string, string> {
  const bytes = Buffer.from(value);
  return {
    raw: value,
    base64: bytes.toString('base64'),
    base64url: Buffer.from(`>>>?${value}`).toString('base64url'),
    hex: bytes.toString('hex'),
    url: encodeURIComponent(value),
    json: JSON.stringify(value).slice(1, -1),
  };
}

t.test('in each encoding, at each place of a chunk', async (t) => {
  const value = 'pa ss"wörd\\with+all/of?it==~~~>>>';
  const finder = makeFinder(targetsOf({ A: value }));
  for (const [encoding, text] of Object.entries(encodings(value))) {
    const before = 'line one\nline two\n..';
    const whole = Buffer.from(`${before}${text}\nafter`);
    for (let cut = 1; cut < whole.length; cut += 1) {
      const search = finder.search();
      search.push(whole.subarray(0, cut));
      search.push(whole.subarray(cut));
      const hits = search.end();
      t.equal(hits.length, 1, `${encoding} cut at ${cut}`);
      t.match(hits, [{ secret: 'A', encoding, line: 3, count: 1 }]);
      if (encoding !== 'base64url') t.equal(hits[0]?.offset, Buffer.byteLength(before));
    }
  }
});

t.test('byte by byte, and at the very end', async (t) => {
  const search = makeFinder(targetsOf({ A: TOKEN })).search();
  for (const byte of Buffer.from(`\n\n${TOKEN}${TOKEN}`)) search.push(Buffer.of(byte));
  t.match(search.end(), [{ line: 3, offset: 2, count: 2 }]);
});

t.test('random bytes hold nothing, and half a value is none', async (t) => {
  const finder = makeFinder(targetsOf({ A: TOKEN, B: `${TOKEN}-longer` }));
  t.same(finder.within(randomBytes(2_000_000)), []);
  t.same(finder.within(Buffer.from(TOKEN.slice(0, -1).repeat(50))), []);
  t.same(
    finder.within(Buffer.from(`x${TOKEN}-longe`)).map(({ secret }) => secret),
    ['A'],
  );
  t.same(
    finder.within(Buffer.from(`x${TOKEN}-longer`)).map(({ secret }) => secret),
    ['B'],
    'the longer one is meant',
  );
});

t.test('one value in several secrets and versions', async (t) => {
  const finder = makeFinder(targetsOf({ 'A#1': TOKEN, 'A#3': TOKEN, 'B#2': TOKEN }));
  const hits = finder.within(Buffer.from(TOKEN)).map(({ secret, version }) => `${secret} ${version}`);
  t.same(hits.sort(), ['A 3', 'B 2'], 'each secret once, its newest version');
});

t.test('a long value by its middle; its place is that of the whole', async (t) => {
  const value = `-----BEGIN-----${'x'.repeat(100)}${randomBytes(300).toString('base64')}`;
  const finder = makeFinder(targetsOf({ A: value }));
  t.match(finder.within(Buffer.from(`\n\nab${value}`)), [{ line: 3, offset: 4, count: 1 }]);
  t.same(finder.within(Buffer.from(`-----BEGIN-----${'x'.repeat(100)}`)), [], 'its beginning is no sign of it');
});

t.test('short values are named, texts are shown without values, and all can be wiped', async (t) => {
  const finder = makeFinder(targetsOf({ S: '1234567', A: TOKEN }));
  t.same(finder.short, [{ secret: 'S', version: 1 }]);
  t.equal(finder.shown(`a\n${TOKEN}/b`, 100), 'a\\x0a[redacted:A]/b');
  finder.wipe();
  t.same(finder.within(Buffer.from(TOKEN)), [], 'nothing is known any more');
  t.same(makeFinder([]).within(Buffer.from('anything at all')), []);
});
