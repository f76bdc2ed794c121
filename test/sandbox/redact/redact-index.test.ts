/** The pattern index gives what a plain search gives. */

import fc from 'fast-check';
import t from 'tap';
import { indexPatterns, matchAt, nextCandidate, someBeginsWith } from '../../../sandbox/redact/redact-index.js';

function patternsOf(texts: string[]) {
  return texts.map((text) => ({ name: text, bytes: new Uint8Array(Buffer.from(text)) }));
}

t.test('the same bytes twice are kept once, and the copy is wiped', async (t) => {
  const [first, second] = patternsOf(['same-bytes', 'same-bytes']);
  if (!first || !second) throw new Error('two patterns');
  const index = indexPatterns([first, second]);
  t.equal(index.patterns.length, 1);
  t.ok(second.bytes.every((byte) => byte === 0));
  t.notOk(first.bytes.every((byte) => byte === 0));
});

t.test('longest first; undecided while a longer one may follow', async (t) => {
  const index = indexPatterns(patternsOf(['abcdefgh', 'abcdefghij']));
  const text = (content: string) => new Uint8Array(Buffer.from(content));
  t.match(matchAt(index, text('abcdefghij'), 0, false), { name: 'abcdefghij' });
  t.equal(matchAt(index, text('abcdefghi'), 0, false), 'more');
  t.match(matchAt(index, text('abcdefghi'), 0, true), { name: 'abcdefgh' });
  t.match(matchAt(index, text('abcdefghx'), 0, false), { name: 'abcdefgh' });
  t.equal(matchAt(index, text('abcdefgx'), 0, false), null);
});

t.test('random: no place of a pattern is skipped, and no beginning overlooked', async (t) => {
  const unit = fc.constantFrom('a', 'b', 'c');
  const cases = fc.record({
    patterns: fc.array(fc.string({ unit, minLength: 8, maxLength: 12 }), { maxLength: 5 }),
    text: fc.string({ unit, maxLength: 60 }),
  });
  fc.assert(
    fc.property(cases, ({ patterns, text }) => {
      const index = indexPatterns(patternsOf(patterns));
      const bytes = new Uint8Array(Buffer.from(text));
      const candidates = new Set<number>();
      for (let at = nextCandidate(index, bytes, 0); at <= bytes.length - 8; at = nextCandidate(index, bytes, at + 1))
        candidates.add(at);
      for (let at = 0; at < text.length; at += 1) {
        const rest = text.slice(at);
        const begins = patterns.some((pattern) => pattern.startsWith(rest.slice(0, 8)));
        if (rest.length >= 8 && begins && !candidates.has(at)) return false;
        if (rest.length < 8 && begins !== someBeginsWith(index, bytes, at)) return false;
      }
      return true;
    }),
    { numRuns: 2000 },
  );
  t.pass();
});
