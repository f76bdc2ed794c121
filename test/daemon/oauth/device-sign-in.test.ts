import t from 'tap';
import { waitForDevice } from '../../../daemon/oauth/device-sign-in.js';
import { ProviderFailure } from '../../../daemon/oauth/provider-failure.js';
import { fastTimers } from './oauth-fixture.js';

const begun = { deviceCode: 'code', interval: 5_000, life: 60_000 };
const given = { access: Buffer.from('a'), refresh: null, life: null, granted: [] };
const away = () => new ProviderFailure('OAUTH_UNREACHABLE', 'away');

/** Asks with these answers; the last one again and again. */
async function asked(answers: ('pending' | 'slower' | typeof given | Error)[], stopped = () => false) {
  const clock = { ahead: 0 };
  const at: number[] = [];
  const timers = fastTimers(clock);
  const client = {
    askDevice: async () => {
      at.push(Math.round(clock.ahead / 1000));
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer ?? 'pending';
    },
  };
  const result = await waitForDevice({ timers }, client, begun, [], stopped).catch((error: Error) => error);
  return { result, at };
}

t.test('as slowly as the provider wants', async (t) => {
  const { result, at } = await asked(['pending', 'slower', 'pending', 'slower', given]);
  t.equal(result, given);
  t.same(at, [5, 10, 20, 30, 45]);
});

t.test('one that gives no answer is asked more slowly, others end it', async (t) => {
  const { result, at } = await asked([away(), away(), given]);
  t.equal(result, given);
  t.same(at, [5, 15, 30]);
  const no = new ProviderFailure('OAUTH_DENIED', 'no');
  t.equal((await asked(['pending', no])).result, no);
  t.match((await asked([new Error('x')])).result, { code: 'OAUTH_ANSWER_INVALID' });
});

t.test('nobody comes, or nobody waits', async (t) => {
  const late = await asked(['pending']);
  t.equal(late.result, null);
  t.equal(late.at.at(-1), 55);
  t.same(await asked(['pending'], () => true), { result: null, at: [] });
});
