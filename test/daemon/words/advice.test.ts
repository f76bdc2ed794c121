import t from 'tap';
import { adviceOf } from '../../../daemon/words/advice.js';
import { understand } from '../../../daemon/words/understand.js';
import { vault } from './played.js';

const advice = (text: string, name = 'small') => adviceOf(understand(text, vault(name)), vault(name), text);

t.test('the command that answers a question', async (t) => {
  t.same(advice('what is active?'), ['ampoule secrets --session dev']);
  t.same(advice('where does OPENAI_API_KEY come from?'), ['ampoule explain OPENAI_API_KEY --session dev']);
  t.same(advice('show me the value of DATABASE_URL'), [
    "ampoule secret reveal DATABASE_URL --reason 'why it is needed'",
  ]);
  t.same(advice('something is wrong'), ['ampoule doctor --session dev']);
  t.same(advice('I accidentally committed my stripe key'), [
    ...['ampoule leak STRIPE_SECRET_KEY', 'ampoule doctor STRIPE_SECRET_KEY --session dev'],
  ]);
  t.same(advice('why does git push fail?', 'accounts').length, 2);
  t.same(advice('rotate the github token'), ['ampoule secret set GITHUB_TOKEN']);
  t.same(advice('activate github'), []);
});
