import t from 'tap';
import { collect, records, redacted, unmasked } from '../../../daemon/http/exec-output.js';
import type { Redactor } from '../../../daemon/parts.js';

type Chunk = { stream: 'stdout' | 'stderr'; data: Uint8Array };
const out = (data: string | Uint8Array): Chunk => ({ stream: 'stdout', data: Buffer.from(data) });
const err = (data: string): Chunk => ({ stream: 'stderr', data: Buffer.from(data) });
async function* stream(...chunks: Chunk[]): AsyncGenerator<Chunk> {
  yield* chunks;
}

t.test('everything in order, each stream for itself', async (t) => {
  t.same(await collect(stream(out('a'), err('b'), out('c'))), { stdout: 'ac', stderr: 'b', truncated: false });
  t.same(await collect(stream(out(Buffer.from([0xff])), out('a'))), {
    stdout: { base64: '/2E=' },
    stderr: '',
    truncated: false,
  });
});

t.test('beyond the cap it is read to the end and dropped; half a character at the cut is not shown', async (t) => {
  let read = 0;
  const counted = async function* () {
    for (const chunk of [out('ab€'), out('cd'), err('ef')]) {
      read += 1;
      yield chunk;
    }
  };
  t.same(await collect(counted(), 4), { stdout: 'ab', stderr: '', truncated: true });
  t.equal(read, 3);
  t.same(await collect(stream(out('abcd')), 4), { stdout: 'abcd', stderr: '', truncated: false }, 'exactly the cap');
});

t.test('what a redactor held back comes at the end', async (t) => {
  const holding = (): Redactor => {
    let held = '';
    return {
      push(chunk) {
        held += Buffer.from(chunk).toString();
        return new Uint8Array(0);
      },
      end: () => Buffer.from(held.toUpperCase()),
    };
  };
  const redactors = { stdout: holding(), stderr: holding() };
  t.same(await collect(redacted(stream(out('a'), err('b'), out('c')), redactors)), {
    stdout: 'AC',
    stderr: 'B',
    truncated: false,
  });
  t.same(await collect(redacted(stream(out('a')), unmasked())), { stdout: 'a', stderr: '', truncated: false });
});

t.test('records are lines of JSON with whole characters', async (t) => {
  const lines: unknown[] = [];
  const euro = Buffer.from('€');
  const output = stream(out(euro.subarray(0, 1)), err('x'), out(euro.subarray(1)), out(Buffer.from([0xe2])));
  for await (const line of records(output)) {
    t.match(line, /\n$/);
    lines.push(JSON.parse(line));
  }
  t.same(lines, [
    { stream: 'stderr', data: 'x' },
    { stream: 'stdout', data: '€' },
    { stream: 'stdout', base64: '4g==' },
  ]);
});
