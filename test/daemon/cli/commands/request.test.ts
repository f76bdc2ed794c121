import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { REQUEST } from '../samples.js';

const APPROVED = { ...REQUEST, state: 'approved', decidedBy: 'operator:me', grantedTtl: '20m' };

t.test('request: by selector, or one under another variable', async (t) => {
  const notices = ['A person decides.'];
  const api = await playApi(t, { 'POST /v1/sessions/dev/requests': { status: 201, json: { ...REQUEST, notices } } });
  const argv = ['request', '-s', 'dev', '--reason', 'to deploy', '--ttl', '1h', '--across-environments'];
  t.match(await cli(api, [...argv, 'aws', 'tag:ci']), {
    code: 0,
    out: /^request +req_01JQ.*\nstate +pending\nreason +to deploy\nasked by +agent:bot\nsession +dev\nactivate +A_KEY, B_KEY as B\nfor +1h\nexpires/,
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
  const long = { ...REQUEST, acrossEnvironments: true, reason: 'z'.repeat(200) };
  const other = await playApi(t, { 'GET /v1/requests': { json: { items: [long], next: null } } });
  t.match((await cli(other, ['requests'])).out, /B_KEY as B \(across environments\) +1h +agent:bot +z{59}… /);
  const none = await playApi(t, { 'GET /v1/requests': { json: { items: [], next: null } } });
  t.match(await cli(none, ['requests']), { out: 'No request waits for a decision.\n' });
});
