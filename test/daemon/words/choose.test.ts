import t from 'tap';
import { choose, EVERYTHING, isDoubt } from '../../../daemon/words/choose.js';
import { entitiesOf } from '../../../daemon/words/entities.js';
import { clauses, vault } from './played.js';

function chosen(text: string, name: string) {
  const [clause] = clauses(text, name);
  if (clause === undefined || clause.act === null) throw new Error(text);
  const { act, items, excluded, reasons, spans, sure, across } = clause;
  return choose({ act, items, excluded, reasons, ttl: spans[0], sure, across }, entitiesOf(vault(name)), vault(name));
}

t.test('what is meant, or a question with its answers', async (t) => {
  t.same(chosen('activate github and aws for personal', 'accounts'), {
    names: ['GITHUB_TOKEN@personal', 'AWS_ACCESS_KEY_ID@personal', 'AWS_SECRET_ACCESS_KEY@personal'],
    across: false,
  });
  t.same(chosen('activate the production stripe', 'environments'), {
    names: ['STRIPE_SECRET_KEY.production'],
    across: true,
  });
  const doubt = chosen('activate github for 20m', 'accounts');
  t.ok(isDoubt(doubt));
  t.match(doubt, {
    question: /GITHUB_TOKEN@work, GITHUB_TOKEN@personal/,
    choices: ['activate GITHUB_TOKEN@work for 20m', 'activate GITHUB_TOKEN@personal for 20m'],
  });
  t.match(chosen('activate everything for 2h', 'environments'), { choices: [`${EVERYTHING} for 7200s`] });
});

t.test('what cannot be had says why', async (t) => {
  t.match(chosen('activate gitlab', 'small'), { question: /No secret of GitLab is registered.*`ampoule add gitlab`/ });
  t.match(chosen('activate mongo', 'environments'), { question: /of the environment development.*is of staging/ });
  t.match(chosen('activate github except github', 'small'), { question: /nothing is left/ });
  t.match(chosen('activate github to call stripe', 'small'), { question: /"stripe" belongs/ });
});

t.test('"both" are two', async (t) => {
  t.match(chosen('turn off both stripe keys', 'environments'), { names: ['STRIPE_SECRET_KEY.production'] });
  t.same(chosen('activate both databases', 'environments'), {
    ...{ names: ['DATABASE_URL.staging', 'REDIS_URL.staging'], across: false },
  });
  t.match(chosen('activate both stripe keys', 'environments'), { question: /"both" are two, and of stripe/ });
  t.match(chosen('activate both slack and github', 'small'), { names: { length: 2 } });
  t.match(chosen('activate both aws keys', 'small'), { question: /there are 3 here/ });
});
