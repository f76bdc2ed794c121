import t from 'tap';
import { createMetrics } from '../../daemon/metrics.js';

t.test('counters, histograms and gauges as Prometheus text', async (t) => {
  let sealed = 1;
  const metrics = createMetrics(() => ({ ampoule_vault_sealed: sealed }), '1.2.3');
  metrics.count('ampoule_unauthenticated_total', { reason: 'missing' });
  metrics.count('ampoule_unauthenticated_total', { reason: 'missing' }, 2);
  metrics.observe('ampoule_http_request_seconds', 0.003, { route: '/v1/vault' });
  const text = await metrics.render();
  t.match(text, '# TYPE ampoule_unauthenticated_total counter');
  t.match(text, 'ampoule_unauthenticated_total{reason="missing"} 3');
  t.match(text, 'ampoule_http_request_seconds_bucket{le="0.005",route="/v1/vault"} 1');
  t.match(text, 'ampoule_http_request_seconds_count{route="/v1/vault"} 1');
  t.match(text, 'ampoule_vault_sealed 1');
  t.match(text, 'ampoule_build_info{version="1.2.3"} 1');
  t.match(text, /ampoule_resident_memory_bytes \d{7,}/);
  sealed = 0;
  t.match(await metrics.render(), 'ampoule_vault_sealed 0');
});

t.test('two sets know nothing of each other', async (t) => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.count('ampoule_execs_total', { outcome: 'OK' });
  t.notMatch(await other.render(), 'ampoule_execs_total');
});

t.test('a level that nothing is at any more is not told', async (t) => {
  let rows = [{ labels: { state: 'connected' }, value: 2 }];
  const metrics = createMetrics(() => ({ ampoule_connections: rows }));
  t.match(await metrics.render(), /ampoule_connections\{state="connected"\} 2/);
  rows = [{ labels: { state: 'reauthorize' }, value: 1 }];
  const text = await metrics.render();
  t.match(text, /ampoule_connections\{state="reauthorize"\} 1/);
  t.notMatch(text, /state="connected"/);
});
