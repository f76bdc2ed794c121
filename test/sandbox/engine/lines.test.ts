/** Lines of JSON out of chunks. */

import { Readable } from 'node:stream';
import t from 'tap';
import { linesOf, parsedLine } from '../../../sandbox/engine/lines.js';

t.test('lines come whole, however they are cut, inside a character too', async (t) => {
  const bytes = Buffer.from('{"a":"ü"}\r\n\n{"b":1}\n{"c"');
  for (const size of [1, 2, 7, 100]) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    const seen: string[] = [];
    for await (const line of linesOf(Readable.from(chunks))) seen.push(line);
    t.same(seen, ['{"a":"ü"}', '{"b":1}'], `${size}`);
  }
});

t.test('what is no JSON is null', async (t) => {
  t.equal(parsedLine('<html>'), null);
  t.same(parsedLine('{"a":1}'), { a: 1 });
});
