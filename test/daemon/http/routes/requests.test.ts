import t, { type Test } from 'tap';
import { until } from '../../../engine/wait.js';
import { type World, world } from '../fixture.js';

async function scene(t: Test): Promise<World & { agent: World['call']; box: string }> {
  const w = await world(t);
  for (const name of ['A_KEY', 'B_KEY']) await w.call('POST', '/v1/secrets', { name, value: 'CANARY', tags: ['ci'] });
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  return { ...w, agent: w.as(await w.mint('agent', { session: 'dev' })), box: json.id };
}
const ASK = { names: ['A_KEY', 'B_KEY'], reason: 'to deploy', ttl: '1h' };

t.test('an agent asks, a person approves a part, and it is in effect', async (t) => {
  const w = await scene(t);
  const events: unknown[] = [];
  w.parts.events.subscribe((_, event) => void events.push(event));
  const asked = await w.agent('POST', '/v1/sessions/dev/requests', ASK);
  t.match(asked, {
    status: 201,
    json: { state: 'pending', session: 'dev', ttl: '1h', secrets: [{ name: 'A_KEY' }, { name: 'B_KEY' }] },
  });
  const { id } = asked.json;
  t.equal(asked.headers.location, `/v1/requests/${id}`);
  t.match(asked.json.notices, [`A person decides: \`ampoule approve ${id}\` or \`ampoule deny ${id}\`.`]);
  t.match(await w.agent('POST', '/v1/sessions/dev/requests', ASK), { status: 200, json: { id } }, 'it waits already');
  t.match(await w.agent('POST', `/v1/requests/${id}/approve`, {}), { status: 403, json: { code: 'FORBIDDEN' } });
  t.match(await w.agent('POST', `/v1/requests/${id}/deny`, {}), { status: 403 });
  t.match((await w.call('GET', '/v1/requests?state=pending')).json.items, [{ id }]);
  t.match((await w.agent('GET', `/v1/requests/${id}`)).json, { state: 'pending' });
  const waiting = w.agent('GET', `/v1/requests/${id}?wait=30s`);
  const approved = await w.call('POST', `/v1/requests/${id}/approve`, { names: ['A_KEY'], ttl: '20m' });
  t.match(approved, {
    status: 200,
    json: {
      request: { state: 'approved', grantedTtl: '20m', secrets: [{ granted: true }, { granted: false }] },
      ...{ generation: Number, sandboxes: [{ id: w.box, state: 'applied' }] },
    },
  });
  t.match((await waiting).json, { state: 'approved' });
  t.match((await w.call('GET', '/v1/sessions/dev/secrets')).json.items, [
    { name: 'A_KEY', active: true },
    { active: false },
  ]);
  t.match(await w.call('POST', `/v1/requests/${id}/approve`, {}), {
    status: 200,
    json: { request: { state: 'approved' } },
  });
  t.match((await w.call('GET', '/v1/sessions/dev/secrets')).json.items, [{ active: true }, { active: false }]);
  for (const other of [{ ttl: '1h' }, { names: ['B_KEY'] }])
    t.match(await w.call('POST', `/v1/requests/${id}/approve`, other), {
      status: 409,
      json: { code: 'REQUEST_CLOSED' },
    });
  const { json: audit } = await w.call('GET', '/v1/audit?action=request.approve');
  t.match(audit.items, [{ caller: 'operator:test', target: id, detail: { askedBy: /^agent:/, activate: ['A_KEY'] } }]);
  t.equal(events.filter((event) => (event as { id: string }).id === id).length, 2, 'asked and approved');
  t.match((await w.call('GET', '/metrics')).text, /ampoule_requests_decided_total\{outcome="approved"\} 1/);
});

t.test('denied, taken back, closed', async (t) => {
  const w = await scene(t);
  const ask = async (body: object) => (await w.agent('POST', '/v1/sessions/dev/requests', body)).json.id;
  const first = await ask(ASK);
  t.match(await w.call('POST', `/v1/requests/${first}/deny`, { reason: 'not now' }), {
    status: 200,
    json: { state: 'denied', answer: 'not now', decidedBy: 'operator:test' },
  });
  const events: unknown[] = [];
  w.parts.events.subscribe((_, event) => void events.push(event));
  t.match(await w.call('POST', `/v1/requests/${first}/deny`, {}), { status: 200, json: { answer: 'not now' } });
  t.same(events, [], 'denied already: no news');
  t.match(await w.call('POST', `/v1/requests/${first}/approve`, {}), { status: 409, json: { code: 'REQUEST_CLOSED' } });
  const second = await ask({ tag: 'ci', reason: 'r' });
  t.match(await w.agent('DELETE', `/v1/requests/${second}`), { status: 200, json: { state: 'withdrawn' } });
  t.match(await w.agent('DELETE', `/v1/requests/${second}`), { status: 200, json: { state: 'withdrawn' } }, 'again');
  const { text } = await w.call('GET', '/metrics');
  t.match(text, /ampoule_requests_decided_total\{outcome="denied"\} 1\n/);
  t.match(text, /ampoule_requests_decided_total\{outcome="withdrawn"\} 1\n/);
  t.match(await w.call('GET', '/v1/requests/req_none'), { status: 404, json: { code: 'REQUEST_NOT_FOUND' } });
  t.match(await w.call('GET', `/v1/requests/${first}?wait=30s`), { status: 200 }, 'a closed one is not waited for');
});

t.test('words of both sides hold no value that the session has, also outside of sandboxes', async (t) => {
  const w = await world(t);
  const values = ['canary-first', 'canary-second'];
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: values[0] });
  await w.call('POST', '/v1/secrets', { name: 'B_KEY', value: 'canary-of-b' });
  await w.call('PUT', '/v1/sessions/dev', {});
  await w.call('PUT', '/v1/sessions/dev/secrets/A_KEY');
  const agent = w.as(await w.mint('agent', { session: 'dev' }));
  const asked = await agent('POST', '/v1/sessions/dev/requests', { names: ['B_KEY'], reason: `not "${values[0]}"` });
  t.match(asked, { status: 201, json: { reason: 'not "[redacted:A_KEY]"' } });
  await w.call('PUT', '/v1/secrets/A_KEY/value', { value: values[1] });
  const denied = await w.call('POST', `/v1/requests/${asked.json.id}/deny`, { reason: `${values.join(' or ')}?` });
  t.match(denied, { status: 200, json: { answer: '[redacted:A_KEY] or [redacted:A_KEY]?' } });
  const { text } = await w.call('GET', '/v1/audit');
  for (const value of values) t.notOk(text.includes(value), 'nor are they in the audit');
  t.match(text, /not \\"\[redacted:A_KEY\]/);
});

t.test('what cannot be asked', async (t) => {
  const w = await scene(t);
  const ask = (body: object) => w.agent('POST', '/v1/sessions/dev/requests', body);
  t.match(await ask({ ...ASK, reason: 'two\nlines' }), { status: 422, json: { errors: [{ pointer: '/reason' }] } });
  t.match(await ask({ reason: 'r' }), { status: 422, json: { code: 'EMPTY_SELECTION' } });
  t.match(await ask({ ...ASK, as: 'X' }), { status: 422, json: { errors: [{ pointer: '/as' }] } });
  t.match(await ask({ names: ['A_KEY'], as: 'X', reason: 'r' }), { status: 201, json: { secrets: [{ as: 'X' }] } });
  t.match(await ask({ names: ['NONE'], reason: 'r' }), { status: 404 });
  t.match(await w.agent('POST', '/v1/sessions/other/requests', ASK), { status: 404 });
  await w.call('PUT', '/v1/sessions/dev/secrets/B_KEY');
  t.match(await ask({ names: ['B_KEY'], reason: 'r' }), { status: 409, json: { code: 'NOTHING_TO_ASK' } });
});

t.test('a daemon that stops does not wait on', async (t) => {
  const w = await scene(t);
  const { json } = await w.agent('POST', '/v1/sessions/dev/requests', ASK);
  const waiting = w.agent('GET', `/v1/requests/${json.id}?wait=60s`);
  await until('it waiting', async () => (await w.call('GET', '/metrics')).status === 200);
  const closing = w.app.close();
  t.match((await waiting).json, { state: 'pending' });
  await closing;
});
