import t from 'tap';
import { changeOf } from '../../../daemon/words/changes.js';
import { entitiesOf } from '../../../daemon/words/entities.js';
import { clauses, vault } from './played.js';

const change = (text: string, name = 'small') => changeOf(clauses(text, name), entitiesOf(vault(name)), vault(name));

t.test('clauses that say the same are one change', async (t) => {
  t.match(change('activate github and turn on anthropic'), { is: 'change', act: 'on', names: { length: 2 } });
  t.match(change('keep stripe and turn off the rest'), { is: 'change', act: 'off', names: ['OPENAI_API_KEY'] });
  t.match(change('keep only stripe'), { act: 'off', names: ['OPENAI_API_KEY'] });
  t.match(change("we don't need stripe any more"), { act: 'off', names: ['STRIPE_SECRET_KEY'] });
});

t.test('clauses that do not are none', async (t) => {
  t.match(change('activate github and deactivate stripe'), { is: 'doubt', choices: { length: 2 } });
  t.match(change("don't activate stripe"), { is: 'nothing' });
  t.match(change('activate github or aws'), { is: 'doubt', question: /one or the other/ });
  t.match(change('activate it'), { is: 'doubt', question: /"it"/ });
  t.match(change('turn off stripe for 20 minutes'), { is: 'doubt', choices: ['deactivate STRIPE_SECRET_KEY'] });
  t.match(change('activate github for 0 minutes'), { is: 'doubt', question: /how long/ });
});

t.test('what is done in another way names its command', async (t) => {
  t.match(change('delete the github token and activate aws'), { is: 'doubt', question: /ampoule secret rm --help/ });
  t.match(change('activate blorp'), { question: '"blorp" is not understood here.' });
  t.match(change('activate github tomorrow'), {
    question: /at once or not at all/,
    choices: ['activate GITHUB_TOKEN'],
  });
});

t.test('the rest that is kept, and names with a time', async (t) => {
  t.match(change('drop stripe, keep the rest'), { act: 'off', names: ['STRIPE_SECRET_KEY'] });
  t.match(change('activate github, leave everything else as it is'), { act: 'on', names: ['GITHUB_TOKEN'] });
  t.match(change('turn off everything, keep the rest'), { is: 'doubt' });
  t.match(change('keep stripe and nothing else'), { is: 'doubt', question: /"keep only"/ });
  t.match(change('github and anthropic, 1h'), { act: 'on', names: { length: 2 }, ttl: 3_600_000 });
  t.match(change('github and anthropic'), { is: 'doubt' });
  t.match(change('everything 1h'), { is: 'doubt' });
  t.match(change('rotate github'), { is: 'nothing', commands: ['ampoule secret set GITHUB_TOKEN'] });
});

t.test('what is active is not replaced at once', async (t) => {
  t.match(change('activate github instead of anthropic'), { act: 'on', names: ['GITHUB_TOKEN'] });
  t.match(change('activate github instead of stripe'), {
    ...{ is: 'doubt', choices: ['activate GITHUB_TOKEN', 'deactivate STRIPE_SECRET_KEY'] },
  });
});
