import t from 'tap';
import { makeUpkeep } from '../../daemon/upkeep.js';
import { operator, testVault } from './vault-fixture.js';

const HOUR = 3_600_000;

function played(retention: number | null) {
  const said: string[] = [];
  const state = { now: 1_000_000_000, rows: 0, up: [] as string[] };
  const chores = makeUpkeep({
    vault: {
      reencryption: { step: () => said.push('step') },
      history: {
        erase: (before: number) => {
          said.push(`erase before ${state.now - before}`);
          return state.rows > 0 ? state.rows-- : 0;
        },
      },
      secrets: {
        reached: (from: number, to: number) => {
          said.push(`reached ${to - from}`);
          return state.up.splice(0);
        },
      },
    } as never,
    ...{ retention, reached: (id) => void said.push(`tell ${id}`), now: () => state.now },
  });
  const look = (name: string): string[] => {
    said.splice(0);
    chores.find((chore) => chore.name === name)?.act();
    return [...said];
  };
  return { state, look };
}

t.test('history: all that is too old, then again in an hour; never, where it is kept for ever', async (t) => {
  const { state, look } = played(5 * HOUR);
  const history = () => look('erase old history');
  state.rows = 2;
  t.same([history(), history(), history()], Array(3).fill([`erase before ${5 * HOUR}`]), 'until nothing is left');
  t.same(history(), []);
  state.now += HOUR - 1;
  t.same(history(), []);
  state.now += 1;
  t.equal(history().length, 1);
  state.now -= 50 * HOUR;
  t.equal(history().length, 1, 'a clock that was set back keeps nothing for ever');
  t.same(played(null).look('erase old history'), []);
});

t.test('what comes up is told once, whatever the clock does', async (t) => {
  const { state, look } = played(null);
  const stages = () => look('tell what comes up');
  t.same(stages(), []);
  state.now += 10_000;
  state.up = ['sec_1', 'sec_2'];
  t.same(stages(), ['reached 10000', 'tell sec_1', 'tell sec_2']);
  t.same(stages(), []);
  state.now += 60_000;
  t.same(stages(), ['reached 60000'], 'from where it ended');
  state.now -= 500_000;
  t.same(stages(), []);
  state.now += 10_000;
  t.same(stages(), ['reached 10000']);
});

t.test('with a real vault, values are encrypted anew by and by', async (t) => {
  const { vault, secret } = await testVault(t);
  secret('KEY', 'value');
  vault.rotate(operator, { reencrypt: true });
  const chores = makeUpkeep({ vault, retention: HOUR, reached: () => {}, now: Date.now });
  for (let looks = 0; looks < 3; looks += 1) for (const chore of chores) chore.act();
  t.equal(vault.reencryption.left(), 0);
  t.equal(vault.secrets.versions(operator, 'KEY')[0]?.keyId, 2);
});
