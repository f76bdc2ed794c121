import t from 'tap';
import { recordBytes, records } from '../../../daemon/cli/records.js';

async function all(chunks: Uint8Array[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const record of records(
    (async function* () {
      yield* chunks;
    })(),
  ))
    found.push(record);
  return found;
}

t.test('records are whole, wherever chunks are cut', async (t) => {
  const text = Buffer.from('{"stream":"stdout","data":"é漢\\n"}\n\n{"exit":{"code":0}}\n');
  const expected = [{ stream: 'stdout', data: 'é漢\n' }, { exit: { code: 0 } }];
  for (let cut = 0; cut <= text.length; cut++) {
    t.same(await all([text.subarray(0, cut), text.subarray(cut)]), expected, `cut at ${cut}`);
  }
  t.same(await all([...text].map((byte) => Buffer.from([byte]))), expected, 'byte by byte');
  t.same(await all([Buffer.from('{"a":1}')]), [{ a: 1 }], 'the last line needs no end');
});

t.test('what is no record is an error', async (t) => {
  await t.rejects(all([Buffer.from('{"a":\n')]), { code: 'STREAM_BROKEN' });
  await t.rejects(all([Buffer.from('[1]\n')]), { code: 'STREAM_BROKEN' });
  await t.rejects(all([Buffer.alloc(17 * 1024 * 1024, 0x20)]), { code: 'STREAM_BROKEN' }, 'a line without an end');
});

t.test('text, bytes, or neither', async (t) => {
  t.same(recordBytes({ data: 'é' }), Buffer.from('é'));
  t.same(recordBytes({ base64: '/wA=' }), Buffer.from([0xff, 0]));
  t.equal(recordBytes({ exit: {} }), null);
});
