import t from 'tap';
import { world } from '../fixture.js';

t.test('entries, filtered, in pages, without values; and the proof', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'CANARY' });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  const all = await w.call('GET', '/v1/audit');
  t.match(all.json.items[0], { action: 'session.create', caller: 'operator:test', outcome: 'done', at: /Z$/ });
  t.notMatch(all.text, /CANARY/);
  t.match((await w.call('GET', '/v1/audit?action=secret.create')).json.items, [
    { action: 'secret.create', target: /A_KEY/ },
  ]);
  const page = await w.call('GET', '/v1/audit?limit=1');
  t.match((await w.call('GET', `/v1/audit?limit=1&cursor=${page.json.next}`)).json.items, [
    { seq: page.json.items[0].seq - 1 },
  ]);
  t.same((await w.call('GET', '/v1/audit?since=2099-01-01T00:00:00Z')).json.items, []);
  t.match(await w.call('GET', '/v1/audit?since=yesterday'), { status: 422, json: { errors: [{ pointer: 'since' }] } });
  t.match(await w.call('GET', '/v1/audit/verify'), { status: 200, json: { ok: true, problem: null } });
});
