import t from 'tap';
import { world } from '../fixture.js';

t.test('alive always; ready when started and unsealed', async (t) => {
  const w = await world(t);
  const anybody = w.as(null);
  t.same((await anybody('GET', '/healthz')).json, { status: 'alive', version: '0.1.0' });
  t.same((await anybody('GET', '/readyz')).json, { status: 'ready' });
  w.started = false;
  t.match(await anybody('GET', '/readyz'), {
    status: 503,
    json: { code: 'STARTING' },
    headers: { 'retry-after': '1' },
  });
  w.started = true;
  w.vault.seal({ kind: 'daemon' });
  t.match(await anybody('GET', '/readyz'), { status: 503, json: { code: 'VAULT_SEALED' } });
  t.equal((await anybody('GET', '/healthz')).status, 200);
});

t.test('metrics are text for a metrics token, and need one', async (t) => {
  const w = await world(t);
  t.equal((await w.as(null)('GET', '/metrics')).status, 401);
  const { status, headers, text } = await w.as(await w.mint('metrics'))('GET', '/metrics');
  t.equal(status, 200);
  t.match(headers['content-type'], /^text\/plain; version=0\.0\.4/);
  t.match(text, 'ampoule_http_requests_total{method="POST",route="/v1/tokens",status="201"} 1');
});
