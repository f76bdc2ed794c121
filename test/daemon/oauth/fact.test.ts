import { Ajv } from 'ajv';
import t from 'tap';
import { OauthFact } from '../../../daemon/oauth/fact.js';
import { readOauthFacts } from '../../../daemon/oauth/facts.js';

const check = new Ajv({ strictTypes: false, strictTuples: false }).compile(OauthFact);

t.test('facts fit, and slips do not', async (t) => {
  const [fact] = [...readOauthFacts().values()];
  if (fact === undefined) throw new Error('no facts');
  t.ok(check(fact));
  for (const wrong of [
    { ...fact, endpoints: { ...fact.endpoints, token: 'http://github.com/token' } },
    { ...fact, endpoints: { ...fact.endpoints, token: 'https://user@github.com/token' } },
    { ...fact, paths: { ...fact.paths, token: '/token/' } },
    { ...fact, paths: { ...fact.paths, token: '//elsewhere' } },
    { ...fact, refreshTokens: 'sometimes' },
    { ...fact, scopes: [] },
    { ...fact, more: 1 },
  ])
    t.notOk(check(wrong), JSON.stringify(wrong).slice(0, 60));
});
