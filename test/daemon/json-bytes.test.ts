import fc from 'fast-check';
import t from 'tap';
import { jsonOf, objectOf, quoted } from '../../daemon/json-bytes.js';

const read = (json: Uint8Array): unknown => JSON.parse(Buffer.from(json).toString('utf8'));

t.test('any text and any bytes arrive as they were', async (t) => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const found = read(jsonOf(bytes)) as string | { base64: string };
      const back = typeof found === 'string' ? Buffer.from(found) : Buffer.from(found.base64, 'base64');
      t.same(new Uint8Array(back), bytes, { diagnostic: false });
    }),
    { numRuns: 300 },
  );
  t.equal(read(quoted(Buffer.from('"\\\n\u0000 é 🔑'))), '"\\\n\u0000 é 🔑');
});

t.test('an object of parts, which are wiped', async (t) => {
  const part = jsonOf(Buffer.from('value'));
  const whole = objectOf([
    ['__proto__', part],
    ['n', { plain: [1, null] }],
  ]);
  t.equal(Buffer.from(whole).toString(), '{"__proto__":"value","n":[1,null]}');
  t.ok(part.every((byte) => byte === 0));
  t.same(read(objectOf([])), {});
});
