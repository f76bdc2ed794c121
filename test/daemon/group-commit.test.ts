import t from 'tap';
import { groupCommit } from '../../daemon/group-commit.js';

/** Counts transactions; an act that throws takes the whole group back. */
function played() {
  const kept: string[] = [];
  const groups: number[] = [];
  const group = groupCommit((acts) => {
    const before = kept.length;
    try {
      for (const act of acts) act();
    } catch (error) {
      kept.length = before;
      throw error;
    }
    groups.push(acts.length);
  });
  const keep = (what: string) => group.add(() => void kept.push(what));
  return { kept, groups, group, keep };
}

t.test('what comes in one turn is one transaction', async (t) => {
  const { kept, groups, keep } = played();
  await Promise.all(['a', 'b', 'c'].map(keep));
  t.same(kept, ['a', 'b', 'c']);
  t.same(groups, [3]);
  await keep('d');
  t.same(kept, ['a', 'b', 'c', 'd']);
  t.same(groups, [3], 'one alone needs no group');
});

t.test('one that cannot be written takes no other with it', async (t) => {
  const { kept, group, keep } = played();
  const bad = group.add(() => {
    throw new Error('no such row');
  });
  const all = await Promise.allSettled([keep('a'), bad, keep('b')]);
  t.same(
    all.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  t.same(kept, ['a', 'b']);
});

t.test('what must not wait can have it written first', async (t) => {
  const { kept, group, keep } = played();
  const first = keep('a');
  const second = keep('b');
  t.same(kept, []);
  group.flush();
  t.same(kept, ['a', 'b'], 'before anybody waits');
  await Promise.all([first, second]);
  t.same(kept, ['a', 'b'], 'and once');
});
