import t from 'tap';
import { RegisterBody } from '../../../../daemon/http/schemas/providers.js';
import { wrongIn } from './fits.js';

t.test('values come in three forms', async (t) => {
  t.same(wrongIn(RegisterBody, { fields: { A: 'x', B: { base64: 'eA==' }, C: { sealedValue: 'eA==' } } }), []);
  t.ok(wrongIn(RegisterBody, { fields: { A: 1 } }).length > 0);
  t.ok(wrongIn(RegisterBody, { fields: { A: { base64: 'eA==', value: 'x' } } }).length > 0);
  t.ok(wrongIn(RegisterBody, {}).length > 0);
  t.ok(wrongIn(RegisterBody, { fields: {}, colour: 'red' }).length > 0);
});
