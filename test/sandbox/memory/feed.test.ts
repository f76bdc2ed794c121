/** Feeding an init: what is recorded before what is sent, what is sent at all, and when nobody may say that it is done. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { InitLink } from '../../../sandbox/link/link.js';
import { type Feeding, feed } from '../../../sandbox/memory/feed.js';
import { Pace } from '../../../sandbox/reconcile/pace.js';
import type { ValueHandle, Wish } from '../../../sandbox/types.js';
import { memoryLedger } from '../memory-ledger.js';
import { PlayedInit } from '../played-init.js';
import { playTimers, turns } from '../played-timers.js';
import { held, wishOf } from '../wishes.js';

async function play(t: { teardown(run: () => unknown): void }, holds: ValueHandle[] = []) {
  const directory = mkdtempSync(join(tmpdir(), 'ap-'));
  const server = createServer({ pauseOnConnect: true });
  await new Promise<void>((resolve) => server.listen(join(directory, 's'), resolve));
  const connected = new Promise<InitLink>((resolve) =>
    server.once('connection', (socket) =>
      resolve(
        new InitLink(socket, {
          ...{ state() {}, started() {}, ended() {}, gone() {}, last() {}, malformed() {}, goodbye() {}, closed() {} },
        }),
      ),
    ),
  );
  const init = new PlayedInit(join(directory, 's'));
  const link = await connected;
  t.teardown(() => {
    link.close();
    init.socket.destroy();
    server.close();
    rmSync(directory, { recursive: true });
  });
  const ledger = memoryLedger('vlt_01');
  const given = holds.map(({ env, secret, version }) => ({ env, secret, version }));
  ledger.intend({ sandbox: 'sbx_01', role: 'current', epoch: 1, generation: 1, envMac: 'm', holds: given });
  link.known = given;
  const timers = playTimers();
  const quota: string[] = [];
  const row = () => {
    const [first] = ledger.rows('sbx_01');
    if (!first) throw new Error('no row');
    return first;
  };
  const run = (wish: Wish, changes: Partial<Feeding> = {}) =>
    feed({
      ...{ link, row: row(), wish, ledger, timers, log() {}, failpoint() {} },
      pace: new Pace(1, 100, timers),
      ...{ signal: new AbortController().signal, halted: () => false, mayHold: () => true, patience: 1_000 },
      lift: () => {
        quota.push('lifted');
        return () => void quota.push('put back');
      },
      ...changes,
    });
  return { init, link, ledger, timers, quota, row, run };
}

/** A value that counts how often it is opened, and shows whether it was wiped. */
function watched(env: string, version = 1, floor = 1) {
  const opened: Uint8Array[] = [];
  const open = () => {
    const bytes = new TextEncoder().encode(`value-of-${env}`);
    opened.push(bytes);
    return bytes;
  };
  return { value: { ...held(env, version, floor), open }, opened };
}

const lockedAway = (env: string): ValueHandle => ({
  ...held(env),
  open() {
    throw Object.assign(new Error('sealed'), { code: 'VAULT_SEALED' });
  },
});

t.test('recorded, sent, wiped, recorded; and not again', async (t) => {
  const { init, run, ledger, link } = await play(t);
  const { value, opened } = watched('KEY');
  const wish = wishOf({ generation: 2, values: [value] });
  const fed = run(wish);
  const set = await init.set();
  t.match(ledger.calls.at(-1), 'delivering 1 KEY@1', 'before it is there');
  t.match(set.entries, [{ env: 'KEY', value: Buffer.from('value-of-KEY') }]);
  init.received(set.seq);
  init.done(set.seq);
  t.equal(await fed, 'fed');
  t.same(ledger.calls.slice(-2), ['delivering 1 KEY@1', 'delivered 1 2 KEY@1']);
  t.same(opened[0], new Uint8Array(12), 'wiped');
  t.equal(await run(wish), 'same');
  t.equal(opened.length, 1);
  link.whole = null;
  const again = run(wish);
  const second = await init.set();
  t.match(second.entries, [{ env: 'KEY', value: null }], 'what it has is not sent');
  init.received(second.seq);
  t.equal(await again, 'fed');
  t.equal(opened.length, 1);
});

t.test('an init that has it no more gets it again', async (t) => {
  const { init, run } = await play(t, [held('KEY')]);
  const fed = run(wishOf({ generation: 2, values: [held('KEY')] }));
  const first = await init.set();
  init.refuse(first.seq, '', 3);
  const second = await init.set();
  t.match(second.entries, [{ value: Buffer.from('value-of-KEY-1') }]);
  init.received(second.seq);
  t.equal(await fed, 'fed');
});

t.test('taking away: not before DONE, and what may still be held stays recorded', async (t) => {
  const { init, run, row } = await play(t, [held('A'), held('B'), held('KEEP')]);
  const rotated = wishOf({ generation: 2, values: [held('KEEP'), held('B', 2)] });
  const fed = run(rotated, { mayHold: (one) => one.env === 'B' });
  const set = await init.set();
  init.received(set.seq);
  let over = false;
  void fed.then(() => {
    over = true;
  });
  await turns();
  t.equal(over, false);
  t.equal(row().holds.length, 4, 'until then it may hold all of it');
  init.done(set.seq);
  t.equal(await fed, 'fed');
  t.same(
    row()
      .holds.map((one) => `${one.env}@${one.version}`)
      .sort(),
    ['B@1', 'B@2', 'KEEP@1'],
  );
});

t.test('an init that does not answer: its quota is lifted, and then nobody says that it is done', async (t) => {
  const { init, run, timers, quota } = await play(t, [held('KEY')]);
  const slow = run(wishOf({ generation: 2 }));
  const first = await init.set();
  await timers.pass(200);
  t.same(quota, ['lifted']);
  init.received(first.seq);
  init.done(first.seq);
  t.equal(await slow, 'fed');
  t.same(quota, ['lifted', 'put back']);

  const { init: deaf, run: feedDeaf, timers: time } = await play(t, [held('KEY')]);
  const stuck = feedDeaf(wishOf({ generation: 2 }));
  await deaf.set();
  await time.pass(700);
  t.equal(await stuck, 'stuck');
});

t.test('processes that are left, and a connection that breaks, are no success', async (t) => {
  const left = await play(t, [held('KEY')]);
  const fed = left.run(wishOf({ generation: 2 }));
  const set = await left.init.set();
  left.init.done(set.seq, 1);
  t.equal(await fed, 'stuck');
  t.equal(left.row().holds.length, 1);
  const broken = await play(t, [held('KEY')]);
  const lost = broken.run(wishOf({ generation: 2 }));
  await broken.init.set();
  broken.init.socket.destroy();
  t.equal(await lost, 'stuck');
  const adding = await play(t);
  const late = adding.run(wishOf({ generation: 2, values: [held('KEY')] }));
  await adding.init.set();
  adding.init.socket.destroy();
  await t.rejects(late, { code: 'INIT_UNREACHABLE', retry: true });
  t.equal(adding.row().holds.length, 1, 'it may have it');
});

t.test('while sealed: what it has stays, what is not wanted goes, nothing is opened', async (t) => {
  const { init, run, row } = await play(t, [held('A'), held('B')]);
  const wish = wishOf({ generation: 2, values: [lockedAway('A'), lockedAway('C')] });
  const fed = run(wish);
  const set = await init.set();
  t.match(set.entries, [{ env: 'A', value: null }]);
  t.equal(set.entries.length, 1);
  init.received(set.seq);
  init.done(set.seq);
  t.equal(await fed, 'partly');
  t.same(
    row().holds.map((one) => one.env),
    ['A'],
  );
});

t.test('an older wish is not told; a halted or given up one is not sent', async (t) => {
  const { init, run, link } = await play(t);
  link.at = { epoch: 2, generation: 1 };
  t.equal(await run(wishOf({ generation: 9, values: [held('KEY')] })), 'newer');
  link.at = { epoch: 1, generation: 1 };
  const { value, opened } = watched('KEY');
  const wish = wishOf({ generation: 2, values: [value] });
  await t.rejects(run(wish, { halted: () => true }), { code: 'ENGINE_UNREACHABLE' });
  await t.rejects(run(wish, { signal: AbortSignal.abort() }), { code: 'ENGINE_UNREACHABLE' });
  t.same(opened, [new Uint8Array(12), new Uint8Array(12)], 'wiped');
  const fed = run(wish);
  const { seq } = await init.set();
  init.refuse(seq, '', 1);
  t.equal(await fed, 'newer');
  const path = run(wish);
  init.refuse((await init.set()).seq, '', 7);
  await t.rejects(path, { code: 'INIT_REFUSED', message: /file/ });
});

t.test('a value with a NUL is no variable', async (t) => {
  const { run } = await play(t);
  const nul = held('KEY', 1, 1, Buffer.from('a\0b'));
  await t.rejects(run(wishOf({ generation: 2, values: [nul] })), { code: 'VALUE_NOT_UTF8' });
  const { init, run: other } = await play(t);
  const fed = other(wishOf({ generation: 2, values: [{ ...nul, as: 'file', path: '/run/secrets/key' }] }));
  const set = await init.set();
  t.match(set.entries, [{ kind: 1, path: '/run/secrets/key', value: Buffer.from('a\0b') }]);
  init.received(set.seq);
  t.equal(await fed, 'fed');
});
