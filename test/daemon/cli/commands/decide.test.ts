import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { APPLIED, REQUEST } from '../samples.js';
import { typed } from '../typed.js';

const pending = { 'GET /v1/requests': { json: { items: [REQUEST], next: null } } };
const APPROVED = { ...REQUEST, state: 'approved', decidedBy: 'operator:me', grantedTtl: '20m' };
const approving = {
  ...pending,
  [`POST /v1/requests/${REQUEST.id}/approve`]: { json: { request: APPROVED, ...APPLIED } },
};

t.test('approve: all or a part', async (t) => {
  const api = await playApi(t, approving);
  t.match(await cli(api, ['approve', REQUEST.id.toLowerCase(), 'A_KEY', '--ttl', '20m']), {
    code: 0,
    out: /^Approved: activate A_KEY in dev/,
  });
  t.same(api.asked[1]?.json, { names: ['A_KEY'], ttl: '20m' });
  t.match(await cli(api, ['approve', REQUEST.id]), { out: /^Approved: activate A_KEY, B_KEY as B in dev/ });
  t.same(api.asked[3]?.json, {});
  const two = { items: [REQUEST, { ...REQUEST, id: 'req_01JQ1' }], next: null };
  t.match(await cli(await playApi(t, { 'GET /v1/requests': { json: two } }), ['approve', 'req_01']), {
    code: 2,
    err: /2 requests begin with req_01: req_01JQ0.*, req_01JQ1\./,
  });
  const decided = await playApi(t, {
    ...approving,
    'GET /v1/requests': { json: { items: [], next: null } },
    [`GET /v1/requests/${REQUEST.id}`]: { json: APPROVED },
  });
  t.match(await cli(decided, ['approve', REQUEST.id]), { out: /It was approved already/ });
});

t.test('approve: a person at a terminal sees what it is first', async (t) => {
  const api = await playApi(t, approving);
  const no = await typed(api.socket, ['approve', 'req_01'], { at: '[y/N] ', keys: 'n\r' });
  t.match(
    no.shown,
    /reason +to deploy\r\nasked by +agent:bot\r\n[\s\S]*Activate A_KEY, B_KEY as B in dev for 1h\? \[y\/N\]/,
  );
  t.equal(no.code, 130);
  t.equal(api.asked.filter(({ method }) => method === 'POST').length, 0);
  t.match(await typed(api.socket, ['approve', 'req_01'], { at: '[y/N] ', keys: 'y\r' }), { code: 0 });
});

t.test('approve: where nobody is asked, only the whole id says which is meant', async (t) => {
  const api = await playApi(t, approving);
  for (const more of [[], ['--yes']])
    t.match(await cli(api, ['approve', 'req_01', ...more]), {
      code: 2,
      err: new RegExp(`the whole id is wanted: ${REQUEST.id} asks to activate A_KEY, B_KEY as B in dev`),
    });
  t.equal(api.asked.filter(({ method }) => method === 'POST').length, 0);
  t.match(await cli(api, ['approve', REQUEST.id, '--yes']), { code: 0 });
});

t.test('approve: what was not asked for', async (t) => {
  const api = await playApi(t, approving);
  t.match(await cli(api, ['approve', REQUEST.id, 'A_KEY', 'C_KEY']), { code: 2, err: /C_KEY was not asked for\./ });
  t.equal(api.asked.filter(({ method }) => method === 'POST').length, 0);
});

t.test('more wait than are seen: a beginning may be that of another', async (t) => {
  const api = await playApi(t, { 'GET /v1/requests': { json: { items: [REQUEST], next: 'more' } } });
  t.match(await cli(api, ['deny', 'req_01']), { code: 2, err: new RegExp(`Give the whole id: ${REQUEST.id}`) });
});

t.test('deny', async (t) => {
  const api = await playApi(t, {
    ...pending,
    [`POST /v1/requests/${REQUEST.id}/deny`]: { json: { ...REQUEST, state: 'denied' } },
  });
  t.match(await cli(api, ['deny', 'req_01', '--reason', 'not today']), {
    code: 0,
    out: /^Denied req_01JQ.* of agent:bot\./,
  });
  t.same(api.asked[1]?.json, { reason: 'not today' });
});
