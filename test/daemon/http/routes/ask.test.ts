import t, { type Test } from 'tap';
import { redactorsFor } from '../../../../daemon/redaction.js';
import type { SandboxId } from '../../../../store/index.js';
import { type World, world } from '../fixture.js';

async function scene(t: Test): Promise<World & { agent: World['call']; box: string }> {
  const w = await world(t);
  for (const secret of [
    { name: 'GITHUB_TOKEN@work', provider: 'github' },
    { name: 'GITHUB_TOKEN@personal', provider: 'github' },
    { name: 'A_KEY', tags: ['ci'] },
    { name: 'B_KEY', tags: ['ci'] },
    { name: 'DATABASE_URL.production' },
  ])
    await w.call('POST', '/v1/secrets', { value: 'CANARY-OF-WORDS', ...secret });
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  return { ...w, agent: w.as(await w.mint('agent', { session: 'dev' })), box: json.id };
}
const URL = '/v1/sessions/dev/ask';
const active = async (w: World): Promise<string[]> =>
  (await w.call('GET', '/v1/sessions/dev/secrets')).json.items
    .filter((item: { active: boolean }) => item.active)
    .map(({ name }: { name: string }) => name);
const pending = async (w: World) => (await w.call('GET', '/v1/requests?state=pending')).json.items;

t.test('a change is a request that waits: words activate nothing, whoever says them', async (t) => {
  const w = await scene(t);
  const events: unknown[] = [];
  w.parts.events.subscribe((_, event) => void events.push(event));
  const text = 'please activate everything tagged ci for 20 minutes';
  const asked = await w.agent('POST', URL, { text });
  t.match(asked, {
    status: 201,
    json: {
      action: 'activate',
      names: ['A_KEY', 'B_KEY'],
      ttl: '20m',
      mayApprove: false,
      understood: /^Activate A_KEY, B_KEY in dev for 20m/,
    },
  });
  const { requestId: id, notices } = asked.json;
  t.equal(asked.headers.location, `/v1/requests/${id}`);
  t.same(notices, [`A person decides: \`ampoule approve ${id}\` or \`ampoule deny ${id}\`.`]);
  t.same(events, [{ kind: 'request', id }]);
  t.same(await active(w), []);
  t.match(await w.agent('POST', `/v1/requests/${id}/approve`, {}), { status: 403 });
  t.match(await pending(w), [{ id, askedBy: /^agent:/, action: 'activate', reason: text, ttl: '20m' }]);
  t.match(await w.agent('POST', URL, { text }), { status: 200, json: { requestId: id } }, 'it waits already');
  t.equal(events.length, 1, 'which is no news');

  const own = await w.call('POST', URL, { text: 'turn on A_KEY' });
  t.match(own, { status: 201, json: { mayApprove: true, notices: [/^Nothing is changed before you approve it/] } });
  t.same(await active(w), [], 'of an operator as well');
  t.match(await w.call('POST', `/v1/requests/${id}/approve`, {}), { status: 200 });
  t.same(await active(w), ['A_KEY', 'B_KEY']);

  t.match((await w.agent('POST', URL, { text: 'turn off B_KEY' })).json, {
    action: 'deactivate',
    names: ['B_KEY'],
    requestId: String,
  });
  t.same(await active(w), ['A_KEY', 'B_KEY'], 'nor do they deactivate');
});

t.test('asked back: no request, and each choice is understood when it is sent', async (t) => {
  const w = await scene(t);
  const { status, json } = await w.agent('POST', URL, { text: 'activate github' });
  t.match({ status, json }, { status: 200, json: { action: null, names: [], question: /Which one/ } });
  t.same(json.choices, ['activate GITHUB_TOKEN@personal', 'activate GITHUB_TOKEN@work']);
  for (const text of [
    'do not activate A_KEY',
    'the README says: activate A_KEY',
    'hello',
    'activate A_KEY and deactivate A_KEY',
  ])
    t.match(await w.agent('POST', URL, { text }), { status: 200, json: { action: null, names: [] } }, text);
  t.same(await pending(w), []);
  t.match((await w.agent('POST', URL, { text: json.choices[0] })).json, { names: ['GITHUB_TOKEN@personal'] });
  t.equal((await pending(w)).length, 1);
});

t.test('questions are answered with what is so, and with commands; never with a value', async (t) => {
  const w = await scene(t);
  await w.call('PUT', '/v1/sessions/dev/secrets/GITHUB_TOKEN@work', { ttl: '1h' });
  const before = (await w.call('GET', '/v1/audit?limit=200')).json.items.length;
  const ask = async (text: string) => {
    const answer = await w.agent('POST', URL, { text });
    t.equal(answer.status, 200, text);
    t.notMatch(answer.text, /CANARY/);
    return answer.json;
  };
  t.match(await ask('which secrets are active?'), {
    ...{ action: 'list', names: ['GITHUB_TOKEN@work'], commands: ['ampoule secrets --session dev'] },
    secrets: [{ name: 'GITHUB_TOKEN@work', active: true, until: String }],
  });
  t.match(await ask('is A_KEY set?'), { action: 'list', secrets: [{ name: 'A_KEY', active: false }] });
  t.match(await ask('show me the value of A_KEY'), { action: 'reveal', commands: [/^ampoule secret reveal A_KEY/] });
  t.match(await ask('why does git push fail?'), {
    action: 'doctor',
    commands: ['ampoule doctor GITHUB_TOKEN --session dev'],
  });
  t.match(await ask('which version of GITHUB_TOKEN does this have?'), {
    action: 'explain',
    commands: ['ampoule explain GITHUB_TOKEN --session dev'],
  });
  t.match(await ask('rotate A_KEY'), { action: null, names: [], commands: ['ampoule secret set A_KEY'] });
  t.same(await pending(w), []);
  t.equal((await w.call('GET', '/v1/audit?limit=200')).json.items.length, before, 'nothing was done');
});

t.test('what is so already: said, and nothing is asked for', async (t) => {
  const w = await scene(t);
  await w.call('PUT', '/v1/sessions/dev/secrets/A_KEY');
  const said = await w.agent('POST', URL, { text: 'activate A_KEY' });
  t.match(said, {
    status: 200,
    json: { action: 'activate', names: ['A_KEY'], understood: /^Nothing to do/, notices: [/A_KEY is active already/] },
  });
  t.notOk('requestId' in said.json);
  t.match((await w.agent('POST', URL, { text: 'activate A_KEY and B_KEY' })).json, { names: ['B_KEY'] }, 'the rest is');
});

t.test('another environment is named in the request', async (t) => {
  const w = await scene(t);
  await w.call('POST', '/v1/sessions', { name: 'shop', environment: 'staging' });
  const ask = (text: string) => w.call('POST', '/v1/sessions/shop/ask', { text });
  t.match((await ask('activate the database')).json, {
    action: null,
    choices: ['activate DATABASE_URL.production across environments'],
  });
  t.match(await ask('activate the production database'), {
    status: 201,
    json: { acrossEnvironments: true, understood: /across environments/ },
  });
  t.match(await pending(w), [{ acrossEnvironments: true, session: 'shop' }]);
});

t.test('the same key asks once; a value in the words is not kept', async (t) => {
  const w = await scene(t);
  const key = { headers: { 'idempotency-key': 'one' } };
  const first = await w.agent('POST', URL, { text: 'activate A_KEY' }, key);
  const again = await w.agent('POST', URL, { text: 'activate A_KEY' }, key);
  t.same([first.status, again.status], [201, 200]);
  t.equal(again.json.requestId, first.json.requestId);
  t.match(await w.agent('POST', URL, { text: 'activate B_KEY' }, key), { status: 422 });

  Object.assign(w.parts, { redactors: (id: SandboxId) => redactorsFor(w.vault, id) });
  await w.call('PUT', '/v1/sessions/dev/secrets/A_KEY');
  const text = 'activate B_KEY because CANARY-OF-WORDS is refused';
  const { json } = await w.agent('POST', URL, { text });
  t.match(json, { action: 'activate', names: ['B_KEY'] });
  const { json: kept } = await w.call('GET', `/v1/requests/${json.requestId}`);
  t.match(kept.reason, /^activate B_KEY because \[redacted:A_KEY\] is refused$/);
  t.notMatch(JSON.stringify([kept, (await w.call('GET', '/v1/audit?limit=200')).json]), /CANARY/);
});

t.test('whose session it is, and what is no text', async (t) => {
  const w = await scene(t);
  await w.call('POST', '/v1/sessions', { name: 'other' });
  t.match(await w.agent('POST', '/v1/sessions/other/ask', { text: 'activate A_KEY' }), { status: 404 });
  t.match(await w.as(await w.mint('metrics'))('POST', URL, { text: 'status' }), { status: 403 });
  for (const body of [{}, { text: '' }, { text: 'x'.repeat(501) }, { text: 'status', approve: true }])
    t.match(await w.agent('POST', URL, body), { status: 422 }, JSON.stringify(body).slice(0, 30));
  for (const text of ['activate \u202eA_KEY', 'activate A_KEY\nand B_KEY', 'activate A_KEY because \ud800'])
    t.match(await w.agent('POST', URL, { text }), { status: 200, json: { action: null, question: /plain text/ } });
});
