import t from 'tap';
import { found, patternsOf } from './forms.js';

const value = 'Grüße "x" <a&b>/+?\n01';
const patterns = patternsOf('CANARY', value);
const formsIn = (text: string): string[] => found(Buffer.from(text), patterns).map(({ form }) => form);

t.test('finds a value in each shape', async (t) => {
  const bytes = Buffer.from(value);
  t.match(formsIn(`a ${value} b`), ['raw']);
  t.match(formsIn(bytes.toString('hex')), ['hex']);
  t.match(formsIn(bytes.toString('hex').toUpperCase()), ['HEX']);
  t.match(formsIn(`?q=${encodeURIComponent(value)}`), [/^url/]);
  t.match(formsIn(JSON.stringify({ value })), ['json']);
  t.match(formsIn('"Grüße \\"x\\" \\u003ca\\u0026b\\u003e/+?\\n01"'), ['go json']);
});

t.test('finds it in base64 wherever it begins and ends', async (t) => {
  for (let before = 0; before < 9; before++) {
    for (let after = 0; after < 4; after++) {
      const text = Buffer.concat([Buffer.alloc(before, 'b'), Buffer.from(value), Buffer.alloc(after, 'a')]);
      t.ok(
        formsIn(text.toString('base64')).some((form) => form === `base64+${before % 3}`),
        `base64 with ${before} before and ${after} after`,
      );
      t.ok(formsIn(text.toString('base64url')).length > 0, `base64url with ${before} before and ${after} after`);
    }
  }
});

t.test('finds bytes that are no UTF-8, and nothing where nothing is', async (t) => {
  const binary = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x81, 0x82, 0x83]);
  const shapes = patternsOf('BINARY', binary);
  t.equal(found(Buffer.concat([Buffer.from('x'), binary]), shapes)[0]?.form, 'raw');
  t.notOk(shapes.some(({ form }) => form.includes('json')));
  t.same(found(Buffer.from('Grüße "x" <a&b>/+?\n02'), patterns), []);
  t.same(formsIn(''), []);
});

t.test('names the value and refuses one that chance would find', async (t) => {
  t.equal(found(Buffer.from(value), patterns)[0]?.value, 'CANARY');
  t.throws(() => patternsOf('SHORT', 'abc'), /too short/);
});
