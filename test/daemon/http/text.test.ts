import t from 'tap';
import { createCutter, dataOf, textOrBytes } from '../../../daemon/http/text.js';

t.test('text as it is, other bytes as base64', async (t) => {
  t.equal(textOrBytes(Buffer.from('größe €😀')), 'größe €😀');
  t.equal(textOrBytes(Buffer.from('\u{feff}bom')), '\u{feff}bom');
  t.same(textOrBytes(Buffer.from([0xff, 0x00])), { base64: '/wA=' });
  t.same(dataOf(Buffer.from('a')), { data: 'a' });
  t.same(dataOf(Buffer.from([0xc3])), { base64: 'ww==' });
});

t.test('a stream of good text is good text in every part, wherever it was split', async (t) => {
  const whole = Buffer.from('a€😀ö'.repeat(5));
  for (let size = 1; size < 9; size += 1) {
    const cutter = createCutter();
    const parts: Uint8Array[] = [];
    for (let at = 0; at < whole.length; at += size) parts.push(cutter.push(whole.subarray(at, at + size)));
    parts.push(cutter.end());
    t.ok(
      parts.every((part) => typeof textOrBytes(part) === 'string'),
      `parts of ${size}`,
    );
    t.same(Buffer.concat(parts), whole);
  }
});

t.test('bytes that are no text come through whole', async (t) => {
  const bytes = Buffer.from([0x80, 0x80, 0x80, 0x80, 0xf0, 0xff, 0xe2, 0x82]);
  const cutter = createCutter();
  t.same(Buffer.concat([cutter.push(bytes), cutter.end()]), bytes);
  t.equal(cutter.end().length, 0);
});
