/** The init's own HMAC-SHA-256 against the vectors of RFC 4231 and against Node's. Runs no container. */

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { must } from '../engine/command.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Key, data, HMAC-SHA-256: test cases 1 to 4, 6 and 7 of RFC 4231 (5 is a truncated one). */
const VECTORS: [string, string, string][] = [
  ['0b'.repeat(20), hex('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    hex('Jefe'),
    hex('what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  ['aa'.repeat(20), 'dd'.repeat(50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  [
    '0102030405060708090a0b0c0d0e0f10111213141516171819',
    'cd'.repeat(50),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  [
    'aa'.repeat(131),
    hex('Test Using Larger Than Block-Size Key - Hash Key First'),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    'aa'.repeat(131),
    hex(
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
];

t.test('the same digests as everybody', { timeout: 120_000 }, async (t) => {
  const directory = mkdtempSync('/tmp/ah-');
  t.teardown(() => rmSync(directory, { recursive: true }));
  const program = join(directory, 'hmac');
  const sources = ['sandbox/init/hmac.c', 'sandbox/init/wipe.c', 'test/fixtures/init/hmac-main.c'];
  const flags = ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror', `-I${root}sandbox/init`];
  await must('gcc', [...flags, ...sources.map((source) => root + source), '-o', program]);
  for (const [key, data, expected] of VECTORS) t.equal(await must(program, [key, data]), expected);
  for (let length = 0; length < 200; length += 9) {
    const [key, data] = [randomBytes(length), randomBytes(200 - length)];
    const hmac = createHmac('sha256', key).update(data).digest('hex');
    t.equal(await must(program, [key.toString('hex'), data.toString('hex')]), hmac);
    t.equal(await must(program, [data.toString('hex')]), createHash('sha256').update(data).digest('hex'));
  }
});

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}
