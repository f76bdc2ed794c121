import t from 'tap';
import { admits, changeSentence, changeText, listed, MOST_NAMES, nameText } from '../../../daemon/words/texts.js';

t.test('texts that are understood when they are sent', async (t) => {
  t.equal(
    changeText({ act: 'on', names: ['A_KEY@work', 'B_KEY'], ttl: 1_200_000 }),
    'activate A_KEY@work, B_KEY for 20m',
  );
  t.equal(changeText({ act: 'on', names: ['A_B.prod'], across: true }), 'activate A_B.prod across environments');
  t.equal(changeText({ act: 'off', names: ['ALL'], across: true }), 'deactivate "ALL"');
  t.equal(changeText({ act: 'on', names: [] }), null);
  t.equal(changeText({ act: 'on', names: Array.from({ length: MOST_NAMES + 1 }, (_, i) => `A_${i}`) }), null);
  for (const [name, text] of [
    ['GITHUB_TOKEN', 'GITHUB_TOKEN'],
    ['not', '"not"'],
    ['a_b', '"a_b"'],
  ])
    t.equal(nameText(name ?? ''), text);
});

t.test('sentences for a person', async (t) => {
  const session = { name: 'dev', environment: 'staging' };
  t.equal(changeSentence({ act: 'off', names: ['A', 'B'] }, session), 'Deactivate A, B in dev.');
  t.match(
    changeSentence({ act: 'on', names: Array(20).fill('A'), ttl: 3_600_000 }, session),
    /and 8 more in dev for 1h\.$/,
  );
  t.equal(
    changeSentence({ act: 'on', names: ['A'], across: true }, session),
    'Activate A, across environments, in dev.',
  );
  t.equal(listed(['a', 'b', 'c'], 2), 'a, b and 1 more');
  t.ok(admits(session, { environment: null }));
  t.ok(admits(session, { environment: 'staging' }));
  t.notOk(admits(session, { environment: 'production' }));
});
