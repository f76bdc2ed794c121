/** A scan in its own thread: what it finds, what it is given and gives back, and how it ends early. */

import t from 'tap';
import { scanStream } from '../../../daemon/scan/thread.js';
import { gitWorld, targetsOf, tarOf } from './git-world.js';

const TOKEN = 'tok_9vXq2Zw7Lr4Tn8Kp';

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

t.test('finds, and wipes the values that it was given', async (t) => {
  const { write, commit, root } = gitWorld(t);
  write('a', `x\n${TOKEN}`);
  write('b', 'y'.repeat(3_000_000));
  commit('a');
  const targets = targetsOf({ A: TOKEN, S: 'short' });
  const values = targets.map(({ value }) => value);
  const tar = tarOf(root);
  const { report, short } = await scanStream(chunksOf(tar, 10_000), { targets });
  t.match(report, { complete: true, scanned: { bytes: tar.length, objects: 4 } });
  t.same(report.findings.map(({ path, git }) => `${path} ${git === null}`).sort(), ['a false', 'a true']);
  t.same(short, [{ secret: 'S', version: 1 }]);
  for (const value of values) t.ok(value.every((byte) => byte === 0));
});

t.test('says on the way how far it is, and leaves its base out', async (t) => {
  const { write, root } = gitWorld(t, 'workspace');
  write('notes', TOKEN);
  const tar = tarOf(root);
  const said: number[] = [];
  const parts = async function* () {
    yield Buffer.concat([tar, Buffer.alloc(300_000)]);
    while (said.length === 0) {
      yield new Uint8Array(300_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const options = {
    targets: targetsOf({ A: TOKEN }),
    base: 'workspace',
    progress: ({ bytes }: { bytes: number }) => void said.push(bytes),
  };
  const { report } = await scanStream(parts(), options);
  t.match(report.findings, [{ path: 'notes' }]);
  t.ok(said.length > 0);
});

t.test('given up, or its stream breaks: it throws that, and the values are wiped', async (t) => {
  const control = new AbortController();
  const endless = async function* () {
    for (let at = 0; ; at += 1) {
      if (at === 20) control.abort(new Error('enough'));
      yield new Uint8Array(100_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const targets = targetsOf({ A: TOKEN });
  await t.rejects(scanStream(endless(), { targets, signal: control.signal }), /enough/);
  t.ok(targets.every(({ value }) => value.every((byte) => byte === 0)));
  const late = targetsOf({ A: TOKEN });
  await t.rejects(scanStream(endless(), { targets: late, signal: control.signal }), /enough/, 'before it begins');
  t.ok(late.every(({ value }) => value.every((byte) => byte === 0)));
  const broken = async function* () {
    yield new Uint8Array(10);
    throw new Error('the stream broke');
  };
  await t.rejects(scanStream(broken(), { targets: targetsOf({ A: TOKEN }) }), /the stream broke/);
});

t.test('a worker that cannot be started leaves no value', async (t) => {
  const targets = targetsOf({ A: TOKEN, B: TOKEN });
  const given = targets.map(({ value }) => value);
  const copies: Uint8Array[] = [];
  // What cannot be sent to a thread is refused after the copies were made.
  Object.assign(targets[1] ?? {}, { refused: () => {} });
  const { Uint8Array: Real } = globalThis;
  globalThis.Uint8Array = new Proxy(Real, {
    construct(target, args, type) {
      const made = Reflect.construct(target, args, type);
      if (given.includes(args[0])) copies.push(made);
      return made;
    },
  });
  try {
    await t.rejects(scanStream(chunksOf(Buffer.alloc(1), 1), { targets }), { name: 'DataCloneError' });
  } finally {
    globalThis.Uint8Array = Real;
  }
  t.equal(copies.length, 2);
  for (const value of [...given, ...copies]) t.ok(value.every((byte) => byte === 0));
});
