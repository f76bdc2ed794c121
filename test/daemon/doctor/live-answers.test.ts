import t from 'tap';
import { makeLiveAnswers } from '../../../daemon/doctor/live-answers.js';
import type { LiveFacts } from '../../../daemon/doctor/live-facts.js';

t.test('the same question is asked once in ten seconds', async (t) => {
  let time = 0;
  let asked = 0;
  const answers = makeLiveAnswers(() => time);
  const ask = (question: string) =>
    answers.ask(question, async () => {
      asked += 1;
      return { status: asked } as LiveFacts;
    });
  const [first, second] = await Promise.all([ask('github 1'), ask('github 1')]);
  t.equal(first, second);
  t.match(await ask('github 2'), { status: 2 }, 'another version is another question');
  time = 9_999;
  t.match(await ask('github 1'), { status: 1 });
  time = 10_000;
  t.match(await ask('github 1'), { status: 3 });
  time = -60_000;
  t.match(await ask('github 1'), { status: 4 }, 'a clock that was set back makes none of it last longer');
});
