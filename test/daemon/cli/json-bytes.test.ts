import fc from 'fast-check';
import t from 'tap';
import { withFields, withValue } from '../../../daemon/cli/json-bytes.js';

const read = (body: Uint8Array | null): unknown => JSON.parse(Buffer.from(body ?? []).toString('utf8'));

t.test('any text arrives as it was', async (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const whole = Buffer.from(text).toString();
      const body = withValue({ name: 'A' }, 'value', Buffer.from(whole));
      t.same(read(body), { name: 'A', value: whole }, { diagnostic: false });
    }),
    { numRuns: 300 },
  );
  const awkward = '"\\\n\r\t\b\f\u0000\u001f\u007f é 漢 🔑';
  t.same(read(withValue({}, 'value', Buffer.from(awkward))), { value: awkward });
});

t.test('what is undefined is left out, and bytes that are no UTF-8 are no text', async (t) => {
  t.same(read(withValue({ a: undefined }, 'v', Buffer.from('x'))), { v: 'x' });
  t.equal(withValue({}, 'v', Buffer.from([0xff, 0x41])), null);
});

t.test('several at once', async (t) => {
  const fields = new Map([
    ['A', Buffer.from('say "hi"\n')],
    ['B', Buffer.from([0xff, 0x00])],
  ]);
  t.same(read(withFields({ account: 'work', tag: undefined }, fields)), {
    account: 'work',
    fields: { A: 'say "hi"\n', B: { base64: '/wA=' } },
  });
  t.same(read(withFields({}, new Map())), { fields: {} });
});
