/** Plans as text, situation by situation. */

import t from 'tap';
import type { Observed, Seen, SeenRow } from '../../../sandbox/container/observe.js';
import type { LedgerRow, Wish } from '../../../sandbox/index.js';
import { printed } from '../../../sandbox/reconcile/operations.js';
import { plan, type Situation } from '../../../sandbox/reconcile/plan.js';
import { held, macOf, wishOf } from '../wishes.js';

const CALM: Situation = { now: 100_000, restartDelayMs: 1_000, retreat: false };

const A = [held('KEY')];
const AB = [held('KEY'), held('TOKEN')];

let ids = 0;
t.beforeEach(() => {
  ids = 0;
});

/** A row as if it had been built for this wish. */
function row(of: Wish, changes: Partial<LedgerRow> = {}): LedgerRow {
  ids += 1;
  return {
    id: ids,
    sandbox: of.spec.id,
    role: 'current',
    dockerId: `id${ids}`,
    nonce: `nonce${ids}`,
    epoch: of.epoch,
    generation: of.generation,
    resets: of.resets,
    pid: 70,
    pidStart: '1',
    bootId: 'boot',
    imageDigest: 'sha256:image',
    envMac: of.envMac ?? macOf(of.spec, of.values),
    holds: of.values.map(({ env, secret, version }) => ({ env, secret, version })),
    ...changes,
  };
}

function seen(of: LedgerRow, changes: Partial<Seen> = {}): SeenRow {
  return {
    row: of,
    adoptable: false,
    container: {
      id: of.dockerId ?? `id${of.id}`,
      name: 'ampoule-box',
      status: 'running',
      pid: of.pid ?? 0,
      exitCode: 0,
      startedAt: 10_000,
      finishedAt: null,
      ports: [],
      ...changes,
    },
  };
}

const exited = { status: 'exited', pid: 0, finishedAt: 99_900, exitCode: 3 } as const;

function world(rows: SeenRow[], changes: Partial<Observed> = {}): Observed {
  return {
    rows,
    strangers: [],
    image: { reference: 'sha256:image', present: true, kept: true },
    volumes: [],
    ...changes,
  };
}

function lines(wish: Wish, observed: Observed, situation: Partial<Situation> = {}): string[] {
  const made = plan(wish, observed, { ...CALM, ...situation });
  const end = made.refusal ? [`refused: ${made.refusal.code}`] : made.reached ? [] : ['not reached'];
  return [...printed(made.operations), ...end];
}

t.test('launch', async (t) => {
  const fresh = { image: { reference: 'busybox', present: true, kept: false } };
  t.same(lines(wishOf(), world([], fresh)), [
    'create ampoule-box: there is none',
    'start ampoule-box: it has the wanted environment',
  ]);
  const absent = { image: { reference: 'busybox', present: false, kept: false } };
  const ports = [{ container: 80, protocol: 'tcp' as const, host: null, ip: '127.0.0.1' }];
  t.same(lines(wishOf({ spec: { ports } }), world([], absent)), [
    'pull ampoule/busybox:latest: it is not on the engine',
    'choose host ports: a port was asked for without one of the host',
    'create ampoule-box: there is none',
    'start ampoule-box: it has the wanted environment',
  ]);
  t.same(
    lines(wishOf({ spec: { pull: 'always' } }), world([], fresh))[0],
    'pull ampoule/busybox:latest: it is to be pulled always',
  );
  t.same(lines(wishOf({ spec: { pull: 'never' } }), world([], absent)), ['refused: IMAGE_NOT_FOUND']);
  t.same(lines(wishOf({ envMac: null }), world([], fresh)), ['refused: WISH_SEALED']);
});

t.test('nothing to do', async (t) => {
  const wish = wishOf({ values: A });
  t.same(lines(wish, world([seen(row(wish))])), []);
  const newer = wishOf({ values: A, generation: 7 });
  t.same(lines(newer, world([seen(row(wish))])), [
    'record generation 1.7 for ampoule-box: its environment is the same',
  ]);
  const restored = wishOf({ values: A, epoch: 2 });
  t.same(lines(restored, world([seen(row(wish))])), [
    'record generation 2.1 for ampoule-box: its environment is the same',
  ]);
});

t.test('activation and rotation: the next one is made before the old one stops', async (t) => {
  const replaced = (cause: string) => [
    `create ampoule-box-g2: ${cause}`,
    'call ampoule-box old: ampoule-box-g2 replaces it',
    'stop ampoule-box within 500 ms: ampoule-box-g2 replaces it',
    'start ampoule-box-g2: it has the wanted environment',
    'remove ampoule-box: ampoule-box-g2 replaces it',
    'end row 1: its container is removed',
    'rename ampoule-box-g2 to ampoule-box: it is the only one of its sandbox',
    'call ampoule-box-g2 current: no other runs',
  ];
  t.same(
    lines(wishOf({ values: AB, generation: 2 }), world([seen(row(wishOf({ values: A })))])),
    replaced('TOKEN is wanted'),
  );
  ids = 0;
  const rotated = wishOf({ values: [held('KEY', 2)], generation: 2 });
  t.same(lines(rotated, world([seen(row(wishOf({ values: A })))])), replaced('KEY is wanted'));
  const made = plan(rotated, world([seen(row(wishOf({ values: A })))]), CALM);
  t.match(made.notices, [/files outside the workspace/, /plaintext/]);
});

t.test('revocation: what holds it goes first', async (t) => {
  const gone = [
    'stop ampoule-box within 500 ms: it holds TOKEN, which is not to be held any more',
    'remove ampoule-box: it holds TOKEN, which is not to be held any more',
    'end row 1: its container is removed',
  ];
  const observed = () => {
    ids = 0;
    return world([seen(row(wishOf({ values: AB })))]);
  };
  const again = ['create ampoule-box: there is none', 'start ampoule-box: it has the wanted environment'];
  t.same(lines(wishOf({ values: A, generation: 2 }), observed()), [...gone, ...again]);
  t.same(lines(wishOf({ values: A, generation: 2, envMac: null }), observed()), [...gone, 'refused: WISH_SEALED']);
  t.same(lines(wishOf({ values: A, generation: 2 }), observed(), { retreat: true }), [...gone, 'not reached']);
  const floor = wishOf({ values: [held('KEY'), held('TOKEN', 2, 2)], generation: 2 });
  t.same(lines(floor, observed()).slice(0, 1), gone.slice(0, 1), 'an older version than allowed');
  const renamed = wishOf({ values: [held('KEY'), { ...held('TOKEN'), env: 'TOKEN_2' }], generation: 2 });
  t.same(lines(renamed, observed()).slice(0, 1), gone.slice(0, 1), 'under another name');
  ids = 0;
  const paused = world([seen(row(wishOf({ values: AB })), { status: 'paused' })]);
  t.equal(
    lines(wishOf({ values: A }), paused)[0],
    'kill ampoule-box: it holds TOKEN, which is not to be held any more',
  );
});

t.test('sealed: what it holds is enough to know that nothing is to do', async (t) => {
  const wish = wishOf({ values: A });
  t.same(lines(wishOf({ values: A, envMac: null, generation: 2 }), world([seen(row(wish))])), [
    'record generation 1.2 for ampoule-box: its environment is the same',
  ]);
  t.same(lines(wishOf({ values: AB, envMac: null }), world([seen(row(wish))])), ['refused: WISH_SEALED']);
  t.same(lines(wishOf({ values: A, envMac: null }), world([seen(row(wish, { pid: null }), exited)])), [
    'refused: WISH_SEALED',
  ]);
  t.same(
    lines(wishOf({ values: A, envMac: null }), world([seen(row(wish, { pid: null }))])),
    ['kill ampoule-box: it was started while nothing is to be given', 'refused: WISH_SEALED'],
    'somebody started it again after it was ended',
  );
});

t.test('somebody else', async (t) => {
  const wish = wishOf({ values: A });
  t.same(lines(wish, world([seen(row(wish), { status: 'paused' })])), [
    'unpause ampoule-box: it was paused by somebody else',
  ]);
  t.same(lines(wish, world([seen(row(wish), { name: 'mine' })])), [
    'rename mine to ampoule-box: it is the only one of its sandbox',
  ]);
  t.same(lines(wish, world([seen(row(wish), { pid: 71 })])), [
    'record that ampoule-box runs: its process is another than the recorded one',
  ]);
  ids = 0;
  t.same(lines(wish, world([{ row: row(wish), container: null, adoptable: false }])), [
    'end row 1: its container was removed by somebody else',
    'create ampoule-box: there is none',
    'start ampoule-box: it has the wanted environment',
  ]);
});

t.test('a main process that ended', async (t) => {
  const wish = wishOf();
  const ended = () => world([seen(row(wish), exited)]);
  const stands = 'record that ampoule-box stands still: it ended with 3';
  t.same(lines(wish, ended()), [stands]);
  t.match(plan(wish, ended(), CALM), { state: 'restarting', againMs: 900, reached: true });
  t.same(lines(wish, ended(), { now: 101_000 }), [stands, 'start ampoule-box: it ended, and is to run always']);
  const once = wishOf({ spec: { restart: 'never' } });
  t.same(lines(once, ended()), [stands]);
  t.match(plan(once, ended(), { ...CALM, now: 999_999 }), { state: 'exited', againMs: null, reached: true });
  const more = wishOf({ spec: { restart: 'never' }, values: A, generation: 2 });
  t.same(lines(more, ended()), [stands], 'no new environment for what has ended');
});

t.test('a reset runs again what had ended, once, whatever comes between', async (t) => {
  const once = wishOf({ spec: { restart: 'never' } });
  const reset = wishOf({ spec: { restart: 'never' }, resets: 1, envMac: 'reset', generation: 2 });
  const exited: Partial<Seen> = { status: 'exited', exitCode: 0, finishedAt: 100_000 };
  const spent = (changes: Partial<LedgerRow> = {}) => seen(row(once, { pid: null, ...changes }), exited);
  const replaced = [
    'create ampoule-box-g2: another environment is wanted',
    'call ampoule-box old: ampoule-box-g2 replaces it',
    'start ampoule-box-g2: it has the wanted environment',
    'remove ampoule-box: ampoule-box-g2 replaces it',
  ];
  t.same(lines(reset, world([spent()])).slice(0, 4), replaced);
  const unseen = lines(reset, world([spent({ pid: 70 })]));
  t.match(unseen[0], /record that ampoule-box stands still/);
  t.same(unseen.slice(1, 5), replaced, 'also where nobody had seen it end');
  t.same(
    lines(reset, world([spent({ role: 'old' })]), { retreat: true }),
    ['not reached'],
    'what had ended does not run again because the next one could not',
  );
  ids = 0;
  const over = seen(row(reset, { role: 'next', pid: null }), { ...exited, name: 'ampoule-box-g2' });
  t.same(lines(reset, world([spent({ role: 'old' }), over])), [
    'remove ampoule-box: its sandbox was reset',
    'end row 2: its container is removed',
    'rename ampoule-box-g2 to ampoule-box: it is the only one of its sandbox',
    'call ampoule-box-g2 current: no other runs',
  ]);
});

t.test('a replacement that was interrupted goes on', async (t) => {
  const before = wishOf({ values: A });
  const wish = wishOf({ values: AB, generation: 2 });
  const next = (of: Wish) =>
    seen(row(of, { role: 'next', pid: null }), { name: 'ampoule-box-g2', status: 'created', pid: 0 });
  t.same(lines(wish, world([seen(row(before)), next(wish)])), [
    'call ampoule-box old: ampoule-box-g2 replaces it',
    'stop ampoule-box within 500 ms: ampoule-box-g2 replaces it',
    'start ampoule-box-g2: it has the wanted environment',
    'remove ampoule-box: ampoule-box-g2 replaces it',
    'end row 1: its container is removed',
    'rename ampoule-box-g2 to ampoule-box: it is the only one of its sandbox',
    'call ampoule-box-g2 current: no other runs',
  ]);
  ids = 0;
  const stopped = seen(row(before, { role: 'old', pid: null }), exited);
  t.same(lines(wish, world([stopped, next(wish)])).slice(0, 2), [
    'start ampoule-box-g2: it has the wanted environment',
    'remove ampoule-box: ampoule-box-g2 replaces it',
  ]);
  ids = 0;
  const both = [seen(row(before, { role: 'old' })), seen(row(wish, { role: 'next' }), { name: 'ampoule-box-g2' })];
  t.same(lines(wish, world(both)), [
    'stop ampoule-box within 500 ms: ampoule-box-g2 runs in its place',
    'remove ampoule-box: ampoule-box-g2 runs in its place',
    'end row 1: its container is removed',
    'rename ampoule-box-g2 to ampoule-box: it is the only one of its sandbox',
    'call ampoule-box-g2 current: no other runs',
  ]);
  ids = 0;
  const third = wishOf({ values: [...AB, held('MORE')], generation: 3 });
  t.same(lines(third, world([seen(row(before)), next(wish)])).slice(0, 4), [
    'remove ampoule-box-g2: it never ran, and its environment is not wanted any more',
    'end row 2: its container is removed',
    'create ampoule-box-g3: TOKEN, MORE is wanted',
    'call ampoule-box old: ampoule-box-g3 replaces it',
  ]);
  ids = 0;
  t.same(
    lines(before, world([seen(row(before, { role: 'old', pid: null }), exited), next(wish)])),
    [
      'remove ampoule-box-g2: it holds TOKEN, which is not to be held any more',
      'end row 2: its container is removed',
      'start ampoule-box: it has the wanted environment',
      'call ampoule-box current: no other runs',
    ],
    'what was wanted before is wanted again',
  );
});

t.test('a replacement that failed goes back', async (t) => {
  const before = wishOf({ values: A });
  const wish = wishOf({ values: AB, generation: 2 });
  const next = () =>
    seen(row(wish, { role: 'next', pid: null }), { name: 'ampoule-box-g2', status: 'created', pid: 0 });
  const back = { retreat: true };
  t.same(lines(wish, world([seen(row(before, { role: 'old', pid: null }), exited), next()]), back), [
    'remove ampoule-box-g2: it could not take over',
    'end row 2: its container is removed',
    'start ampoule-box: the one that was to replace it could not start',
    'call ampoule-box current: no other runs',
    'not reached',
  ]);
  ids = 0;
  t.same(lines(wish, world([seen(row(before)), next()]), back), [
    'remove ampoule-box-g2: it could not take over',
    'end row 2: its container is removed',
    'not reached',
  ]);
  ids = 0;
  t.same(lines(wish, world([seen(row(before))]), back), ['not reached'], 'the old one just goes on');
  ids = 0;
  const unmade = { row: row(wish, { role: 'next', dockerId: null, pid: null }), container: null, adoptable: false };
  t.same(lines(wish, world([unmade]), back), ['end row 1: its container was never made', 'not reached']);
});

t.test('a create without an answer', async (t) => {
  const wish = wishOf({ values: A });
  const unknown = (of: Wish) => row(of, { dockerId: null, pid: null, imageDigest: null });
  const created = { status: 'created', pid: 0 } as const;
  t.same(lines(wish, world([{ row: unknown(wish), container: null, adoptable: false }])), [
    'create ampoule-box for row 1: an earlier create was not answered',
    'start ampoule-box: it has the wanted environment',
  ]);
  ids = 0;
  t.same(lines(wish, world([{ ...seen(unknown(wish), created), adoptable: true }])), [
    'adopt ampoule-box: its create was not answered',
    'start ampoule-box: it has the wanted environment',
  ]);
  ids = 0;
  t.same(lines(wishOf({ values: AB, generation: 2 }), world([seen(unknown(wish), created)])), [
    'remove ampoule-box: its create was not answered, and it is not wanted any more',
    'end row 1: its container is removed',
    'create ampoule-box: there is none',
    'start ampoule-box: it has the wanted environment',
  ]);
  ids = 0;
  const restored = wishOf({ values: A, epoch: 2 });
  t.same(
    lines(restored, world([{ row: unknown(wish), container: null, adoptable: false }])).slice(0, 2),
    ['end row 1: its container was never made', 'create ampoule-box: there is none'],
    'not under a nonce of another epoch',
  );
});

t.test('names that are taken', async (t) => {
  const wish = wishOf({ values: A });
  const foreign = (name: string) => ({ strangers: [{ id: 'x', name, ours: false }] });
  t.same(lines(wish, world([], foreign('ampoule-box'))), ['refused: CONTAINER_NAME_TAKEN']);
  t.same(lines(wish, world([], { strangers: [{ id: 'x', name: 'ampoule-box', ours: true }] })), [
    'remove ampoule-box, which has no row: its nonce or MAC is ours',
    'create ampoule-box: there is none',
    'start ampoule-box: it has the wanted environment',
  ]);
  const displaced = world([seen(row(wish), { name: 'mine' })], foreign('ampoule-box'));
  t.same(lines(wish, displaced), [], 'it runs, under another name');
  t.match(plan(wish, displaced, CALM).notices, [/name of another/]);
  const more = wishOf({ values: AB, generation: 2 });
  t.same(lines(more, world([seen(row(wish))], foreign('ampoule-box-g2'))), ['refused: CONTAINER_NAME_TAKEN']);
  t.match(lines(more, displaced)[0], 'create ampoule-box-g2');
});

t.test('removal', async (t) => {
  const wish = wishOf({ values: A });
  const gone = wishOf({ values: [], goal: 'removed' });
  const next = seen(row(wish, { role: 'next', pid: null }), { name: 'ampoule-box-g2', status: 'created', pid: 0 });
  t.same(lines(gone, world([seen(row(wish)), next], { volumes: ['ampoule-ws-ses_01'] })), [
    'stop ampoule-box within 500 ms: its sandbox is removed',
    'remove ampoule-box: its sandbox is removed',
    'remove ampoule-box-g2: its sandbox is removed',
    'remove volume ampoule-ws-ses_01: its sandbox is removed',
    'end row 2: its sandbox is removed',
    'end row 1: its sandbox is removed',
  ]);
  t.same(lines(gone, world([])), []);
  t.equal(plan(gone, world([]), CALM).state, 'removed');
  t.same(
    lines(gone, world([], { strangers: [{ id: 'x', name: 'ampoule-box', ours: false }] })),
    [],
    'never what is not ours',
  );
});

t.test('dead containers serve nothing', async (t) => {
  const wish = wishOf();
  t.same(lines(wish, world([seen(row(wish, { pid: null }), { status: 'dead', pid: 0 })])).slice(0, 3), [
    'remove ampoule-box: Docker cannot run it any more',
    'end row 1: its container is removed',
    'create ampoule-box: there is none',
  ]);
});
