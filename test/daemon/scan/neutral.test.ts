/** Texts of others cannot steer a terminal, hide, or go on for ever. */

import t from 'tap';
import { neutral } from '../../../daemon/scan/neutral.js';

t.test('what cannot be seen is written out', async (t) => {
  t.equal(neutral(Buffer.from('plain ünï 日本 😀'), 50), 'plain ünï 日本 😀');
  t.equal(neutral(Buffer.from('\u001b[31mred\r\n\u0000'), 50), '\\x1b[31mred\\x0d\\x0a\\x00');
  t.equal(neutral(Buffer.from('a\u202eb\u200bc\u2028d\u0085'), 50), 'a\\u202eb\\u200bc\\u2028d\\x85');
  t.equal(neutral(Buffer.from([0x61, 0xff, 0x62]), 50), 'a\ufffdb');
});

t.test('it is cut to a length', async (t) => {
  t.equal(neutral(Buffer.from('abcdef'), 6), 'abcdef');
  t.equal(neutral(Buffer.from('abcdefg'), 6), 'abcde…');
  t.equal([...neutral(Buffer.alloc(1_000_000, 'x'), 100)].length, 100);
});
