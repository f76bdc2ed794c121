import t from 'tap';
import { called, grantedOf } from '../../store/requests-grant.js';
import { lookUpRequest } from '../../store/requests-rows.js';
import { domain, operator, refusal } from './domain-fixture.js';

t.test('what is granted is a part of what was asked for', async (t) => {
  const v = await domain(t);
  const [a, b] = ['A', 'B', 'C'].map((name) => v.add(name).id);
  v.session('dev');
  const { request } = v.requests.ask(operator, 'dev', {
    ...{ action: 'activate', reason: 'r' },
    what: [{ name: 'A' }, { name: 'B' }],
  });
  const stored = lookUpRequest(v.context, request.id);
  if (stored === undefined) throw new Error('it is not there');
  t.same([...grantedOf(stored, undefined)], [a, b]);
  t.same([...grantedOf(stored, ['B', b ?? ''])], [b], 'by name or id');
  t.match(
    refusal(() => grantedOf(stored, ['A', 'C'])),
    { code: 'INVALID_INPUT', problems: [{ pointer: '/names/1', detail: /was not asked for/ }] },
  );
  t.match(
    refusal(() => grantedOf(stored, [])),
    { code: 'INVALID_INPUT', problems: [{ pointer: '/names' }] },
  );
});

t.test('what was deleted since is named, and one of its name that came after is another secret', async (t) => {
  const v = await domain(t);
  v.add('A');
  v.add('B');
  v.session('dev');
  const sandbox = v.box('dev').sandbox.id;
  const { request } = v.requests.ask(operator, 'dev', {
    ...{ action: 'activate', reason: 'r' },
    what: [{ name: 'A' }, { name: 'B' }],
  });
  v.secrets.delete(operator, 'A');
  v.add('A');
  const message = new RegExp(
    `^A was deleted since ${request.id} was asked\\. .*approve ${request.id} NAME.*deny ${request.id}`,
  );
  t.match(
    refusal(() => v.requests.approve(operator, request.id)),
    { code: 'SECRET_NOT_FOUND', message },
  );
  t.match(
    refusal(() => v.requests.approve(operator, request.id, { names: ['A'] })),
    { code: 'SECRET_NOT_FOUND' },
  );
  v.requests.approve(operator, request.id, { names: ['B'] });
  t.same(v.given(sandbox), { B: 'b' });
});

t.test('how the audit calls it', async (t) => {
  t.equal(called('A', null), 'A');
  t.equal(called('A', undefined), 'A');
  t.equal(called('A', 'B'), 'A as B');
});
