import t from 'tap';
import { world } from './fixture.js';

t.test('405 with the methods there are, 404 with where to look', async (t) => {
  const w = await world(t);
  const wrong = await w.call('POST', '/v1/secrets/A');
  t.match(wrong, { status: 405, headers: { allow: 'DELETE, GET, PATCH' }, json: { code: 'METHOD_NOT_ALLOWED' } });
  t.match(await w.call('PUT', '/v1/secrets'), { status: 405, headers: { allow: 'GET, POST' } });
  for (const path of ['/v1/secret', '/v1/secrets/A/B/C', '/', '/v2/secrets', '/docs']) {
    t.match(
      await w.call('GET', path),
      { status: 404, json: { code: 'ROUTE_NOT_FOUND', detail: /openapi\.json/ } },
      path,
    );
  }
  t.match(await w.call('POST', '/nothing', 'x', { headers: { 'content-type': 'text/plain' } }), { status: 404 });
});
