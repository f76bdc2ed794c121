import t from 'tap';
import { diagnosisAnswer, explanationAnswer } from '../../../daemon/http/represent-diagnosis.js';
import { Diagnosis, Explanation } from '../../../daemon/http/schemas/diagnosis.js';
import { facts, NOW, process, sandbox, variable } from '../doctor/sample-facts.js';
import { wrongIn } from './schemas/fits.js';

t.test('times as text, and what a partner was looked for is left out', async (t) => {
  const partner = variable({ variable: 'ID', secret: null, fresh: { kind: 'unknown' }, inImage: true });
  const answer = diagnosisAnswer({
    ...{ session: facts().session, variable: 'TOKEN', findings: [], looked: [] },
    sandboxes: [sandbox({ variables: [variable({ processes: [process()] }), partner] })],
    live: [
      {
        ...{ provider: 'github', account: null, secrets: ['TOKEN'], outcome: 'works', status: 200, why: null },
        ...{ scopes: [], clockAhead: 5 },
      },
    ],
  });
  t.match(answer.sandboxes[0]?.variables, [
    { variable: 'TOKEN', processes: [{ startedAt: '2030-01-01T00:00:00.000Z' }] },
  ]);
  t.equal(answer.sandboxes[0]?.variables.length, 1);
  t.notMatch(JSON.stringify(answer), /clockAhead|inImage/);
  t.same(wrongIn(Diagnosis, answer), []);
});

t.test('an explanation', async (t) => {
  const secret = {
    ...{ secret: 'A', id: 'sec_1', variable: 'A', version: 1, as: 'env' as const, provider: null, account: null },
    ...{ environment: null, active: true, expiresAt: NOW, elsewhere: [], why: null },
    activated: { by: 'operator:ada', at: NOW, request: null, until: null },
  } as const;
  const answer = explanationAnswer({
    ...{ variable: 'A', session: { id: 'ses_1', name: 'dev', environment: null, generation: 1 }, has: 'A', why: null },
    secrets: [{ ...secret, elsewhere: [] }],
    sandboxes: [{ sandbox: 'sbx_1', name: 'box', secret: 'A', version: 1, variable: 'A', since: NOW, beside: [] }],
  });
  const text = '2030-01-01T00:00:00.000Z';
  t.match(answer.secrets, [{ activated: { at: text, until: null }, expiresAt: text }]);
  t.match(answer.sandboxes, [{ since: text }]);
  t.same(wrongIn(Explanation, answer), []);
});
