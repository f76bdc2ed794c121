/** Frames taken apart, however they are cut, at the reader's pace. */

import { Readable } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { demux, raw } from '../../../sandbox/engine/demux.js';

function frame(kind: number, text: string): Buffer {
  const data = Buffer.from(text);
  const header = Buffer.from([kind, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

async function collect(chunks: Uint8Array[]): Promise<{ stdout: string; stderr: string; order: string }> {
  const out = { stdout: '', stderr: '', order: '' };
  for await (const { stream, data } of demux(Readable.from(chunks))) {
    t.ok(data.length > 0);
    out[stream] += Buffer.from(data).toString('latin1');
    if (!out.order.endsWith(stream)) out.order += ` ${stream}`;
  }
  return out;
}

t.test('streams apart, in order; frames without content are nothing', async (t) => {
  const all = Buffer.concat([
    frame(1, 'one'),
    frame(2, ''),
    frame(2, 'two'),
    frame(1, ''),
    frame(1, 'three'),
    frame(3, '!'),
  ]);
  t.same(await collect([all]), { stdout: 'onethree', stderr: 'two!', order: ' stdout stderr stdout stderr' });
  t.same(await collect([]), { stdout: '', stderr: '', order: '' });
});

t.test('random: where it is cut never matters', async (t) => {
  const frames = fc.array(
    fc.record({ kind: fc.constantFrom(1, 2), text: fc.string({ unit: 'binary-ascii', maxLength: 30 }) }),
  );
  await fc.assert(
    fc.asyncProperty(frames, fc.array(fc.nat(300)), async (given, cuts) => {
      const all = Buffer.concat(given.map(({ kind, text }) => frame(kind, text)));
      const chunks: Buffer[] = [];
      let from = 0;
      for (const cut of [...cuts.map((at) => Math.min(at, all.length)), all.length].sort((a, b) => a - b)) {
        chunks.push(all.subarray(from, cut));
        from = cut;
      }
      const out = await collect(chunks);
      const wanted = (kind: number) => given.map((one) => (one.kind === kind ? one.text : '')).join('');
      return out.stdout === wanted(1) && out.stderr === wanted(2);
    }),
    { numRuns: 300 },
  );
  t.pass();
});

t.test('a stream that ends inside a frame gives what came', async (t) => {
  const cut = frame(1, 'abcdef').subarray(0, 11);
  t.match(await collect([cut]), { stdout: 'abc' });
  t.match(await collect([frame(1, 'abc'), Buffer.from([1, 0, 0])]), { stdout: 'abc' });
});

t.test('what is not framed is refused', async (t) => {
  await t.rejects(collect([Buffer.from('plain output')]), { code: 'ENGINE_REFUSED', message: /frame format/ });
  await t.rejects(collect([Buffer.from([1, 0, 9, 0, 0, 0, 0, 1, 65])]), { code: 'ENGINE_REFUSED' });
});

t.test('reads no further while its reader is busy', async (t) => {
  let produced = 0;
  const endless = new Readable({
    highWaterMark: 1,
    read() {
      produced += 1;
      this.push(frame(1, 'x'.repeat(1000)));
    },
  });
  const parts = demux(endless);
  await parts.next();
  const before = produced;
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  t.ok(produced <= before + 2, `${produced} frames for one that was read`);
  await parts.return();
  t.equal(endless.destroyed, true, 'a reader that leaves closes the stream');
});

t.test('an error of the stream reaches the reader', async (t) => {
  const broken = new Readable({ read() {} });
  broken.push(frame(1, 'abc'));
  setImmediate(() => broken.destroy(new Error('cut')));
  await t.rejects(async () => {
    for await (const part of demux(broken)) t.equal(Buffer.from(part.data).toString(), 'abc');
  }, /cut/);
});

t.test('a raw stream is all stdout', async (t) => {
  const parts: string[] = [];
  for await (const { stream, data } of raw(Readable.from([Buffer.from('a'), Buffer.alloc(0), Buffer.from('b')])))
    parts.push(`${stream}:${Buffer.from(data)}`);
  t.same(parts, ['stdout:a', 'stdout:b']);
});
