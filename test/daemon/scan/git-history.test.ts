/** Which commit has what, in made-up histories: deep, wide, broken, in circles. */

import t from 'tap';
import { whereIn } from '../../../daemon/scan/git-history.js';
import { Exhausted } from '../../../daemon/scan/inflate.js';

type Tree = Record<string, string>;
const id = (name: string): string => Buffer.from(name.padEnd(20, '.')).toString('hex');

/** Trees by name; an entry that names a tree is one. */
function history(trees: Record<string, Tree>, commits: Record<string, [string, number]>) {
  const read: string[] = [];
  return {
    read,
    tick: () => {},
    commits: new Map(
      Object.entries(commits).map(([name, [tree, committedAt]]) => [name, { tree: id(tree), committedAt }]),
    ),
    keepers: new Map(Object.keys(commits).map((name) => [name, { kind: 'branch' as const, name }])),
    readTree(wanted: string): Buffer | null {
      const name = Buffer.from(wanted, 'hex').toString().replace(/\.+$/, '');
      read.push(name);
      const tree = trees[name];
      if (tree === undefined) return null;
      const entries = Object.entries(tree).map(([path, to]) =>
        Buffer.concat([
          Buffer.from(`${trees[to] === undefined ? '100644' : '40000'} ${path}\0`),
          Buffer.from(id(to), 'hex'),
        ]),
      );
      return Buffer.concat(entries);
    },
  };
}
const LIMITS = { trees: 1000, depth: 50, open: 1_000_000 };

t.test('the oldest commit, its path, and how many have it', async (t) => {
  const past = history(
    { one: { src: 'dir', a: 'blob' }, two: { src: 'dir' }, dir: { '.env': 'leak', b: 'blob' } },
    { third: ['two', 3], first: ['two', 1], second: ['one', 2] },
  );
  const { seen, incomplete } = whereIn(past, new Set([id('leak')]), LIMITS);
  t.match(seen.get(id('leak')), { commit: 'first', commits: 3, keeper: { name: 'first' } });
  t.equal(seen.get(id('leak'))?.path.toString(), 'src/.env');
  t.equal(incomplete, false);
  t.same(past.read.sort(), ['dir', 'one', 'two'], 'each tree is read once');
});

t.test('trees in trees beyond the bound, and in circles', async (t) => {
  const deep: Record<string, Tree> = {};
  for (let at = 0; at < 100; at += 1) deep[`t${at}`] = { d: at === 99 ? 'leak' : `t${at + 1}` };
  const past = history(deep, { c: ['t0', 1] });
  t.match(whereIn(past, new Set([id('leak')]), LIMITS), { incomplete: true });
  t.equal(whereIn(past, new Set([id('leak')]), { ...LIMITS, depth: 200 }).seen.size, 1);
  const circle = history({ a: { b: 'b', x: 'leak' }, b: { a: 'a' } }, { c: ['a', 1] });
  t.equal(
    whereIn(circle, new Set([id('leak')]), LIMITS)
      .seen.get(id('leak'))
      ?.path.toString(),
    'x',
  );
  const absent = history({ a: { b: 'gone' } }, { c: ['a', 1], d: ['absent', 2] });
  t.equal(whereIn(absent, new Set([id('leak')]), LIMITS).seen.size, 0);
});

t.test('a tree that doubles at each level costs no more than it has trees', async (t) => {
  const trees: Record<string, Tree> = { t40: { x: 'leak' } };
  for (let at = 0; at < 40; at += 1) trees[`t${at}`] = { l: `t${at + 1}`, r: `t${at + 1}` };
  const { seen } = whereIn(history(trees, { c: ['t0', 1] }), new Set([id('leak')]), LIMITS);
  t.ok(seen.get(id('leak')));
});

t.test('the clock ends it: what is known by then is told', async (t) => {
  const commits: Record<string, [string, number]> = {};
  for (let at = 0; at < 1000; at += 1) commits[`c${at}`] = ['t', at];
  const tree: Tree = {};
  for (let at = 0; at < 500; at += 1) tree[`f${at}`] = `leak${at}`;
  const wanted = new Set(Object.values(tree).map(id));
  let ticks = 0;
  const tick = () => {
    ticks += 1;
    if (ticks > 5000) throw new Exhausted('it took too long');
  };
  const { seen, incomplete, ended } = whereIn({ ...history({ t: tree }, commits), tick }, wanted, LIMITS);
  t.match({ incomplete, ended }, { incomplete: true, ended: 'it took too long' });
  t.equal(seen.get(id('leak0'))?.commit, 'c0');
  t.equal(seen.size, 500);
});

t.test('large trees within each other are not all held', async (t) => {
  const trees: Record<string, Tree> = {};
  for (let at = 0; at < 20; at += 1) {
    const tree: Tree = { a: at === 19 ? 'leak' : `t${at + 1}` };
    for (let file = 0; file < 100; file += 1) tree[`f${file}`] = `other${file}`;
    trees[`t${at}`] = tree;
  }
  const past = history(trees, { c: ['t0', 1] });
  t.match(whereIn(past, new Set([id('leak')]), { ...LIMITS, open: 10_000 }), { incomplete: true });
  t.ok(past.read.length < 6);
  t.equal(whereIn(past, new Set([id('leak')]), LIMITS).seen.size, 1);
});
