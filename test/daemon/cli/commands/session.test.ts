import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { APPLIED, list, REQUEST, SESSION } from '../samples.js';

t.test('new', async (t) => {
  const until = { ...SESSION, until: '2026-03-01T16:00:00.000Z' };
  const api = await playApi(t, {
    'POST /v1/sessions': { status: 201, json: until },
    'PUT /v1/sessions/dev': { json: SESSION },
  });
  const options = '--environment staging --ttl 2h --idle never --on-resume restore --delivery env'.split(' ');
  t.match(await cli(api, ['session', 'new', 'dev', ...options]), {
    code: 0,
    out: /^dev \(ses_01JQ0+\) is live, until 2026-03-01 16:00:00\.\n$/,
  });
  const settings = { environment: 'staging', ttl: '2h', idle: 'never', onResume: 'restore', delivery: 'env' };
  t.same(api.asked[0]?.json, { name: 'dev', ...settings });
  t.match(await cli(api, ['session', 'new']), { code: 0 });
  t.same(api.asked[1]?.json, {});
  t.match(await cli(api, ['session', 'new', 'dev', '--get-or-create', ...options]), { code: 0 });
  t.match(api.asked[2], { method: 'PUT', json: settings });
  t.match(await cli(api, ['session', 'new', '--get-or-create']), { code: 2, err: /wants a name/ });
});

t.test('ls and show', async (t) => {
  const ended = { ...SESSION, state: 'ended', endedAt: '2026-03-02T00:00:00.000Z', endReason: 'idle' };
  const api = await playApi(t, {
    'GET /v1/sessions': { json: list(SESSION) },
    'GET /v1/sessions/dev': { json: ended },
  });
  t.match(await cli(api, ['session', 'ls']), {
    code: 0,
    out: /\ndev {3}ses_01JQ0+ {2}live {3}- {12}3 {11}- {6}2026-03-01 14:05:09\n/,
  });
  t.same(api.asked[0]?.query, { state: 'live', limit: '200' });
  await cli(api, ['session', 'ls', '--ended']);
  t.match(api.asked[1]?.query, { state: 'ended' });
  t.match(await cli(api, ['session', 'show', 'dev']), {
    code: 0,
    out: /state {8}ended \(idle\)\n[\s\S]*idle {9}24h\n/,
  });
  const live = await playApi(t, {
    'GET /v1/sessions/dev': { json: SESSION },
    'GET /v1/requests': { json: list(REQUEST, REQUEST) },
  });
  t.match((await cli(live, ['session', 'show', 'dev'])).out, /\nrequests +2 pending\n/);
  t.match(live.asked[1]?.query, { state: 'pending', session: SESSION.id });
  t.equal((await cli(live, ['session', 'show', 'dev', '--json'])).out, `${JSON.stringify(SESSION)}\n`);
});

t.test('end', async (t) => {
  const api = await playApi(t, { 'DELETE /v1/sessions/dev': { json: APPLIED } });
  t.match(await cli(api, ['session', 'end', 'dev', '--workspace', 'delete']), {
    code: 0,
    out: /^dev has ended( \(generation \d+\))?\./,
  });
  t.same(api.asked[0]?.query, { workspace: 'delete' });
});

t.test('ended ones are listed with when and why', async (t) => {
  const ended = { ...SESSION, state: 'ended', endedAt: '2026-03-01T16:00:00.000Z', endReason: 'ttl' };
  const api = await playApi(t, { 'GET /v1/sessions': { json: list(ended) } });
  const { out } = await cli(api, ['session', 'ls', '--ended']);
  t.match(out, / ENDED +REASON\n.* 2026-03-01 16:00:00 +ttl\n$/);
});
