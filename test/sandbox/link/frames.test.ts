/** Frames to and from an init: read as written, and nothing else is taken. */

import fc from 'fast-check';
import t from 'tap';
import { FieldReader, type FieldWriter, frame, Malformed } from '../../../sandbox/link/fields.js';
import { firstFrame, initFrame, proofFrame, streamFrame, TYPE, to } from '../../../sandbox/link/frames.js';
import type { RawFrame } from '../../../sandbox/link/split.js';

const raw = (type: number, fill: (w: FieldWriter) => void = () => {}): RawFrame => ({
  type,
  payload: frame(type, fill).subarray(5),
});
const payload = (bytes: Buffer) => new FieldReader(bytes.subarray(5));

t.test('what a connection says of itself', async (t) => {
  t.same(firstFrame(raw(TYPE.HELLO, (w) => w.u16(1).u16(3).text('b'))), {
    type: 'hello',
    oldest: 1,
    newest: 3,
    build: 'b',
  });
  const challenge = Buffer.alloc(16, 1);
  t.match(firstFrame(raw(TYPE.RESUME, (w) => w.u16(1).u16(1).text('').raw(challenge))), { type: 'resume', challenge });
  t.match(firstFrame(raw(TYPE.STREAM, (w) => w.raw(challenge).u32(2))), {
    type: 'stream',
    token: challenge,
    start: 2,
  });
  t.throws(() => firstFrame(raw(TYPE.STATE)), Malformed);
  t.throws(() => firstFrame(raw(TYPE.STREAM, (w) => w.raw(Buffer.alloc(21)))), Malformed);
  t.same(proofFrame(raw(TYPE.PROOF, (w) => w.raw(Buffer.alloc(32, 2)))), Buffer.alloc(32, 2));
  t.throws(() => proofFrame(raw(TYPE.HELLO)), Malformed);
});

t.test('what an init says', async (t) => {
  const held = { env: 'KEY', secret: 'sec_KEY', version: 2 };
  const entry = (w: FieldWriter) => (one: typeof held) => void w.text(one.env).text(one.secret).u32(one.version);
  const state = raw(TYPE.STATE, (w) => {
    w.u32(1).u64(2).u32(3).list([held], entry(w));
    w.list(['exe_1'], (id) => w.text(id).u32(7).u32(4).u32(100));
  });
  t.same(initFrame(state), {
    ...{ type: 'state', epoch: 1, generation: 2, hadSet: true, lapsed: true, mainRuns: false, entries: [held] },
    commands: [{ id: 'exe_1', pid: 7, flags: 4, age: 100 }],
  });
  t.same(initFrame(raw(TYPE.RECEIVED, (w) => w.u32(5))), { type: 'received', seq: 5 });
  t.same(initFrame(raw(TYPE.DONE, (w) => w.u32(5).u32(2).u32(1))), { type: 'done', seq: 5, ended: 2, left: 1 });
  const refused = raw(TYPE.REFUSED, (w) => w.u32(0).text('exe_1').u16(5).text('full'));
  t.same(initFrame(refused), { type: 'refused', seq: 0, id: 'exe_1', code: 5, reason: 'full' });
  const started = (kind: number) =>
    raw(TYPE.STARTED, (w) => w.text('x').u8(kind).u32(7).text('sh').list([held], entry(w)));
  t.same(initFrame(started(2)), { type: 'started', id: 'x', kind: 'bridge', pid: 7, program: 'sh', held: [held] });
  t.throws(() => initFrame(started(3)), Malformed);
  const ended = raw(TYPE.ENDED, (w) => w.text('x').i32(-1).u32(9).text('REVOKED'));
  t.same(initFrame(ended), { type: 'ended', id: 'x', code: -1, signal: 9, reason: 'REVOKED' });
  t.same(initFrame(raw(TYPE.GONE, (w) => w.text('x'))), { type: 'gone', id: 'x' });
  t.same(initFrame(raw(TYPE.PONG, (w) => w.u32(1))), { type: 'pong', seq: 1 });
  const last = raw(TYPE.LAST, (w) => w.text('main-1').u8(1).bytes(Buffer.from('out')).u8(2).bytes(Buffer.from('err')));
  t.same(initFrame(last), {
    ...{ type: 'last', id: 'main-1' },
    output: [
      { stream: 'stdout', data: Buffer.from('out') },
      { stream: 'stderr', data: Buffer.from('err') },
    ],
  });
  t.same(initFrame(raw(TYPE.LAST, (w) => w.text('x'))), { type: 'last', id: 'x', output: [] });
  t.throws(() => initFrame(raw(TYPE.LAST, (w) => w.text('x').u8(3).bytes(Buffer.from('o')))), Malformed);
  t.throws(() => initFrame(raw(TYPE.LAST, (w) => w.text('x').u8(1).bytes(Buffer.alloc(4097)))), Malformed);
  t.throws(() => initFrame(raw(TYPE.LAST, (w) => w.text('x').u8(1).u32(9))), Malformed);
  t.same(initFrame(raw(TYPE.GOODBYE, (w) => w.u16(1).text('no'))), { type: 'goodbye', code: 1, reason: 'no' });
  t.throws(() => initFrame(raw(TYPE.SET)), Malformed);
  t.throws(() => initFrame(raw(TYPE.PONG, (w) => w.u32(1).u8(0))), Malformed, 'left over');
  t.throws(() => initFrame(raw(TYPE.GONE, (w) => w.text('x'.repeat(65)))), Malformed);
});

t.test('what a keeper says', async (t) => {
  const data = Buffer.from('out');
  t.same(streamFrame(raw(TYPE.OUTPUT, (w) => w.u8(2).raw(data))), { type: 'output', stream: 'stderr', data });
  t.throws(() => streamFrame(raw(TYPE.OUTPUT, (w) => w.u8(3))), Malformed);
  const exit = { type: 'exit', code: 3, signal: 0, reason: '' };
  t.same(streamFrame(raw(TYPE.EXIT, (w) => w.i32(3).u32(0).text(''))), exit);
  t.throws(() => streamFrame(raw(TYPE.INPUT)), Malformed);
});

t.test('no bytes make it do anything but answer or refuse', async (t) => {
  fc.assert(
    fc.property(fc.nat(80), fc.uint8Array({ maxLength: 200 }), (type, bytes) => {
      for (const read of [firstFrame, initFrame, streamFrame, proofFrame])
        try {
          read({ type, payload: Buffer.from(bytes) });
        } catch (error) {
          if (!(error instanceof Malformed)) throw error;
        }
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});

t.test('what an init is told', async (t) => {
  const value = Buffer.from('secret');
  const one = { env: 'KEY', secret: 'sec_1', version: 2, floor: 1, file: true, path: '/p', value };
  const r = payload(to.set(9, { epoch: 1, generation: 2 ** 40 }, 500, [one, { ...one, file: false, value: null }]));
  t.same([r.u32(), r.u32(), r.u64(), r.u32(), r.u16()], [9, 1, 2 ** 40, 500, 2]);
  t.same([r.text(9), r.text(9), r.u32(), r.u32(), r.u8(), r.text(9), r.u8()], ['KEY', 'sec_1', 2, 1, 1, '/p', 1]);
  t.same(r.bytes(9), value);
  t.same([r.text(9), r.text(9), r.u32(), r.u32(), r.u8(), r.text(9), r.u8()], ['KEY', 'sec_1', 2, 1, 0, '/p', 0]);
  r.end();
  const config = { flags: 1, sandbox: 's', user: 'u', grace: 2, lease: 3, path: '/bin' };
  const w = payload(to.welcome(Buffer.alloc(32, 7), config));
  t.same(
    [w.u16(), w.raw(32)[31], w.u32(), w.text(9), w.text(9), w.u32(), w.u32(), w.text(9)],
    [1, 7, 1, 's', 'u', 2, 3, '/bin'],
  );
  w.end();
  t.same(payload(to.welcome(null, config)).rest().subarray(2, 34), Buffer.alloc(32), 'no key for one that has it');
  const words = { user: '', workdir: '/w', columns: 80, rows: 24, argv: ['a', 'b'], env: ['X=1'] };
  const e = payload(to.exec({ id: 'exe_1', token: Buffer.alloc(16, 5), flags: 3, ...words }));
  t.same([e.text(9), e.raw(16)[0], e.u32(), e.text(9), e.text(9), e.u16(), e.u16()], ['exe_1', 5, 3, '', '/w', 80, 24]);
  t.same([e.list(9, () => e.text(9)), e.list(9, () => e.text(9))], [['a', 'b'], ['X=1']]);
  e.end();
  const a = payload(to.attach('main', Buffer.alloc(16), true, null));
  t.same([a.text(9), a.raw(16).length, a.u32(), a.u32()], ['main', 16, 1, 0xffffffff]);
  const x = payload(to.end('exe_1', 5, 'TIMEOUT'));
  t.same([x.text(9), x.u32(), x.text(9)], ['exe_1', 5, 'TIMEOUT']);
  t.same(payload(to.input(value)).rest(), value);
  const z = payload(to.resize(80, 24));
  t.same([z.u16(), z.u16()], [80, 24]);
  t.equal(payload(to.ping(4)).u32(), 4);
  t.equal(payload(to.goodbye(1, 'no')).u16(), 1);
  t.equal(payload(to.challenge(Buffer.alloc(16), Buffer.alloc(32))).rest().length, 48);
});
