import t from 'tap';
import { askedFor } from '../../../daemon/words/asking.js';
import { entitiesOf } from '../../../daemon/words/entities.js';
import { sentencesOf } from '../../../daemon/words/sentences.js';
import { labelsOf, vault } from './played.js';

function asked(text: string, name = 'small') {
  const [sentence] = sentencesOf(labelsOf(text, name));
  if (sentence === undefined) throw new Error(text);
  return askedFor(sentence, entitiesOf(vault(name)), vault(name));
}

t.test('what a question asks for', async (t) => {
  t.match(asked('is github on?'), { action: 'list', names: ['GITHUB_TOKEN'] });
  t.match(asked('what is active?'), { action: 'list', named: false });
  t.match(asked('which version of GITHUB_TOKEN is it?'), { action: 'explain' });
  t.match(asked('show me the value of DATABASE_URL'), { action: 'reveal', names: ['DATABASE_URL'] });
  t.match(asked('why does psql not connect?'), { action: 'doctor', names: ['DATABASE_URL'] });
  t.match(asked('should I activate github?'), { action: null });
});

t.test('of several, those that are active where that is what is asked about', async (t) => {
  t.same(asked('why does github fail?', 'accounts').names, ['GITHUB_TOKEN@work']);
  t.equal(asked('is github on?', 'accounts').names.length, 2);
  t.same(asked('show the value of DATABASE_URL', 'environments').names, ['DATABASE_URL.staging']);
  t.match(asked('is FOO_TOKEN set?'), { action: 'list', names: [], named: true });
});

t.test('what is not active, what is tagged, what would be', async (t) => {
  t.match(asked('which secrets are not active?'), { action: 'list', inactive: true, names: { length: 7 } });
  t.match(asked('what is inactive?'), { inactive: true });
  t.match(asked("what's tagged ci?"), { action: 'list', names: ['GITHUB_TOKEN', 'SLACK_WEBHOOK_URL'] });
  t.match(asked('what would happen if I enabled github?'), { action: null });
});

t.test('"work" is a verb where something does not', async (t) => {
  t.same(asked("why doesn't my gitlab token work", 'accounts').names, ['GITLAB_TOKEN']);
  t.ok(asked("why can't I push with github for work", 'accounts').names.includes('GITHUB_TOKEN@work'));
});
