import t from 'tap';
import { ApproveBody, AskBody, DenyBody } from '../../../../daemon/http/schemas/requests.js';
import { wrongIn } from './fits.js';

t.test('what may be asked and answered', async (t) => {
  t.same(wrongIn(AskBody, { names: ['A'], reason: 'r', ttl: '20m' }), []);
  t.same(wrongIn(AskBody, { provider: 'aws', action: 'deactivate', reason: 'r' }), []);
  t.ok(wrongIn(AskBody, { names: ['A'] }).length > 0, 'a reason is wanted');
  t.ok(wrongIn(AskBody, { names: ['A'], reason: '' }).length > 0);
  t.ok(wrongIn(AskBody, { names: ['A'], reason: 'r', force: true }).length > 0);
  t.same(wrongIn(ApproveBody, {}), []);
  t.ok(wrongIn(ApproveBody, { names: [] }).length > 0);
  t.same(wrongIn(DenyBody, { reason: '' }), []);
});
