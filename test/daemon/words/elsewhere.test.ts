import t from 'tap';
import { oddQuestion, renewing } from '../../../daemon/words/elsewhere.js';
import { entitiesOf } from '../../../daemon/words/entities.js';
import { clauses, vault } from './played.js';

const commands = (text: string, name = 'small') => renewing(clauses(text, name), entitiesOf(vault(name)), vault(name));
const question = (text: string) => oddQuestion(clauses(text).flatMap(({ odd }) => odd));

t.test('a new value: the command for each secret that is meant', async (t) => {
  t.same(commands('rotate github'), ['ampoule secret set GITHUB_TOKEN']);
  t.same(commands('refresh aws'), ['ampoule secret set AWS_ACCESS_KEY_ID', 'ampoule secret set AWS_SECRET_ACCESS_KEY']);
  t.same(commands('renew the database url', 'environments'), ['ampoule secret set DATABASE_URL.staging']);
  for (const text of ['rotate', 'refresh the page', 'rotate github for 2h', 'rotate github and activate aws'])
    t.equal(commands(text), null, text);
});

t.test('what is not understood is named, and what another command does', async (t) => {
  t.match(question('delete github'), /For "delete": `ampoule secret rm --help`/);
  t.match(question('activate github at once or tomorrow'), /"tomorrow" leaves that open/);
  t.equal(question('activate blorp'), '"blorp" is not understood here.');
});
