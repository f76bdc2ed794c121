import t from 'tap';
import { assertNotLeaked, isValue, leakedVersionOf } from '../../store/same-value.js';
import { findSecret } from '../../store/secrets-rows.js';
import { codeOf, domain, operator, plain, refusal } from './domain-fixture.js';

t.test('a value that got out is not taken up again, whichever version it was', async (t) => {
  const v = await domain(t);
  const { id } = v.add('KEY', {}, 'one');
  v.secrets.setValue(operator, 'KEY', plain('two'));
  t.equal(leakedVersionOf(v.context, id), null);
  v.leaks.report(operator, 'KEY', 'pushed');
  t.equal(leakedVersionOf(v.context, id), 2);
  t.match(
    refusal(() => v.secrets.setValue(operator, 'KEY', plain('one'))),
    { code: 'SECRET_LEAKED', message: /^Version 1 of KEY got out.*ampoule secret set KEY/ },
  );
  v.secrets.setValue(operator, 'KEY', plain('three'));
  t.equal(v.secrets.get(operator, 'KEY').leakedAt, null, 'this one is new');
  t.equal(
    codeOf(() => v.secrets.setValue(operator, 'KEY', plain('two'))),
    'SECRET_LEAKED',
    'also after there is a good one',
  );
  t.match(v.secrets.get(operator, 'KEY'), { currentVersion: 3, leakedAt: null });
});

t.test('what is there and what is not', async (t) => {
  const v = await domain(t);
  const { id } = v.add('KEY', {}, 'one');
  const secret = findSecret(v.context, id);
  t.equal(isValue(v.context, secret, 1, Buffer.from('one')), true);
  t.equal(isValue(v.context, secret, 1, Buffer.from('onf')), false);
  t.doesNotThrow(() => assertNotLeaked(v.context, secret, Buffer.from('one')));
});
