import t from 'tap';
import { closeRequest, countPending, listRequests, lookUpRequest, publicRequest } from '../../store/requests-rows.js';
import { domain, operator } from './domain-fixture.js';

t.test('a closed one is not closed again', async (t) => {
  const v = await domain(t);
  v.add('A');
  v.session('dev');
  const { request } = v.requests.ask(operator, 'dev', { action: 'activate', what: [{ name: 'A' }], reason: 'r' });
  closeRequest(v.context, request.id, { state: 'denied', by: 'one' });
  closeRequest(v.context, request.id, { state: 'approved', by: 'two' });
  t.match(lookUpRequest(v.context, request.id), { state: 'denied', decidedBy: 'one' });
  t.equal(countPending(v.context), 0);
  const all = { state: null, session: null, owner: null, after: null, rows: 10 };
  t.equal(listRequests(v.context, all).length, 1);
  const stored = lookUpRequest(v.context, request.id);
  t.notOk(stored !== undefined && 'sessionOwner' in publicRequest(stored));
  t.equal(lookUpRequest(v.context, 'req_none'), undefined);
});
