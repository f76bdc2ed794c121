import t from 'tap';
import { ACCESS, accessOf } from '../../../daemon/http/access.js';
import { world } from './fixture.js';

t.test('rows are found by method and pattern, and nothing else is', async (t) => {
  t.equal(accessOf('GET', '/healthz'), 'open');
  t.same(accessOf('POST', '/v1/secrets'), ['operator']);
  t.equal(accessOf('DELETE', '/v1/vault'), undefined);
  t.equal(accessOf('toString', ''), undefined);
});

t.test('an operator may call every route that needs a token; agents and metrics only theirs', async (t) => {
  for (const [route, access] of Object.entries(ACCESS)) {
    if (access === 'open') continue;
    t.ok((access as readonly string[]).includes('operator'), route);
    if ((access as readonly string[]).includes('metrics')) t.equal(route, 'GET /metrics');
    if ((access as readonly string[]).includes('agent')) t.match(route, /sessions|sandboxes|requests|^GET .*providers/);
  }
});

t.test('a kind that the table does not name is refused with 403 and an audit entry', async (t) => {
  const w = await world(t);
  const launcher = w.as(await w.mint('launcher'));
  const { status, json } = await launcher('POST', '/v1/secrets', { name: 'A', value: 'v' });
  t.equal(status, 403);
  t.match(json, {
    code: 'FORBIDDEN',
    detail: /POST \/v1\/secrets is for operator tokens, and this is the launcher token/,
  });
  const { json: audit } = await w.call('GET', '/v1/audit?limit=1');
  t.match(audit.items[0], { outcome: 'refused', target: 'POST /v1/secrets', caller: 'launcher:launcher' });
  const metrics = w.as(await w.mint('metrics'));
  t.equal((await metrics('GET', '/metrics')).status, 200);
  t.equal((await metrics('GET', '/v1/vault')).status, 403);
});
