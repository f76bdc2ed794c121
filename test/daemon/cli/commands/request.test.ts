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

t.test('request: by selector, or one under another variable', async (t) => {
  const notices = ['A person decides.'];
  const api = await playApi(t, { 'POST /v1/sessions/dev/requests': { status: 201, json: { ...REQUEST, notices } } });
  const argv = ['request', '-s', 'dev', '--reason', 'to deploy', '--ttl', '1h', '--across-environments'];
  t.match(await cli(api, [...argv, 'aws', 'tag:ci']), {
    code: 0,
    out: /^request +req_01JQ.*\nstate +pending\nsession +dev\nactivate +A_KEY, B_KEY\nreason +to deploy\nfor +1h\nasked by +agent:bot\nexpires/,
    err: /A person decides/,
  });
  t.same(api.asked[0]?.json, {
    ...{ selectors: ['aws', 'tag:ci'], action: 'activate', reason: 'to deploy', ttl: '1h', acrossEnvironments: true },
  });
  await cli(api, ['request', '-s', 'dev', '--reason', 'r', '--as', 'B', 'B_KEY', '--deactivate']);
  t.same(api.asked[1]?.json, { names: ['B_KEY'], as: 'B', action: 'deactivate', reason: 'r' });
  t.match(await cli(api, ['request', '-s', 'dev', '--reason', 'r', '--as', 'B', 'B_KEY', 'C']), { code: 2 });
  t.match(await cli(api, ['request', '-s', 'dev', 'B_KEY']), { code: 2, err: /--reason/ });
});

t.test('request --wait: the exit code says what was decided', async (t) => {
  const played = (json: object) => ({
    'POST /v1/sessions/dev/requests': { status: 201, json: REQUEST },
    [`GET /v1/requests/${REQUEST.id}`]: { json },
  });
  const argv = ['request', '-s', 'dev', '--reason', 'r', 'aws', '--wait', '30s'];
  const api = await playApi(t, played(APPROVED));
  t.match(await cli(api, argv), { code: 0, out: /state +approved/ });
  t.same(api.asked[1]?.query, { wait: '30s' });
  const denied = { ...REQUEST, state: 'denied', answer: 'not today', decidedBy: 'operator:me' };
  t.match(await cli(await playApi(t, played(denied)), argv), { code: 125, out: /answer +not today/ });
  t.match(await cli(await playApi(t, played(REQUEST)), argv), { code: 125, out: /state +pending/ });
});

t.test('requests: what waits, what it is, and who asked', async (t) => {
  const evil = { ...REQUEST, reason: 'x\u001b[2Jy' };
  const api = await playApi(t, { 'GET /v1/requests': { json: { items: [evil], next: null } } });
  const { out } = await cli(api, ['requests']);
  t.match(out, /^ID +SESSION +STATE +WHAT/);
  t.match(out, /activate A_KEY, B_KEY as B +1h +agent:bot +x\\x1b\[2Jy/);
  t.equal(api.asked[0]?.query.state, 'pending');
  await cli(api, ['requests', '--all', '-s', 'dev']);
  t.match(api.asked[1]?.query, { session: 'dev' });
  t.notOk('state' in (api.asked[1]?.query ?? {}));
  const none = await playApi(t, { 'GET /v1/requests': { json: { items: [], next: null } } });
  t.match(await cli(none, ['requests']), { out: 'No request waits for a decision.\n' });
});

t.test('approve: all or a part, found by the beginning of its id', async (t) => {
  const api = await playApi(t, approving);
  t.match(await cli(api, ['approve', 'req_01jq', 'A_KEY', '--ttl', '20m']), {
    code: 0,
    out: /^Approved: activate A_KEY in dev/,
  });
  t.same(api.asked[1]?.json, { names: ['A_KEY'], ttl: '20m' });
  t.match(await cli(api, ['approve', REQUEST.id]), { out: /^Approved: activate A_KEY, B_KEY in dev/ });
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
  t.match(no, { code: 130, shown: /agent:bot asks: "to deploy"\. activate A_KEY, B_KEY in dev for 1h\? \[y\/N\]/ });
  t.equal(api.asked.filter(({ method }) => method === 'POST').length, 0);
  t.match(await typed(api.socket, ['approve', 'req_01'], { at: '[y/N] ', keys: 'y\r' }), { code: 0 });
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
