import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { APPLIED, CONNECTION } from '../samples.js';
import { typed } from '../typed.js';

const CHANGED = { connection: CONNECTION, ...APPLIED };

t.test('connections: all, one, none', async (t) => {
  const todo = 'Authorize GITLAB_TOKEN@work again: `ampoule connect gitlab --account work`.';
  const stale = {
    ...{ ...CONNECTION, provider: 'gitlab', base: 'https://git.example.com', secret: 'GITLAB_TOKEN@work' },
    ...{ state: 'reauthorize', todo, refreshAt: null, problem: { code: 'REFRESH_REFUSED', message: 'No.', at: '' } },
  };
  const api = await playApi(t, {
    'GET /v1/connections': { json: { items: [CONNECTION, stale], next: null } },
    'GET /v1/connections/GITLAB_TOKEN%40work': { json: stale },
  });
  const { out } = await cli(api, ['connections']);
  t.match(
    out,
    /^SECRET +PROVIDER +LOGIN +STATE +TOKEN UNTIL +NEXT REFRESH +PROBLEM\nGITHUB_TOKEN@octocat +github +OctoCat +connected/,
  );
  t.match(
    out,
    /gitlab https:\/\/git.example.com +OctoCat +reauthorize .*REFRESH_REFUSED\nAuthorize GITLAB_TOKEN@work again/,
  );
  t.match(
    (await cli(api, ['connections', 'GITLAB_TOKEN@work'])).out,
    /^problem +No\. \[REFRESH_REFUSED\]\nto do +Authorize/m,
  );
  const empty = await playApi(t, { 'GET /v1/connections': { json: { items: [], next: null } } });
  t.match((await cli(empty, ['connections'])).out, 'Nothing is connected. Begin with `ampoule connect github`.');
});

t.test('connection refresh', async (t) => {
  const api = await playApi(t, { 'POST /v1/connections/con_1/refresh': { json: CHANGED } });
  t.match(await cli(api, ['connection', 'refresh', 'con_1', '--wait', '30s']), {
    code: 0,
    out: /^GITHUB_TOKEN@octocat has a new token \(generation 4\)\.\n {2}box: applied in 244 ms/,
  });
  t.same(api.asked[0]?.query, { wait: '30s' });
});

t.test('disconnect: asks at a terminal, and only there', async (t) => {
  const api = await playApi(t, { 'DELETE /v1/connections/GITHUB_TOKEN%40octocat': { json: CHANGED } });
  const line = ['disconnect', 'GITHUB_TOKEN@octocat'];
  t.match(await cli(api, line), { code: 0, out: /^Disconnected GITHUB_TOKEN@octocat/ });
  const no = await typed(api.socket, line, { at: '[y/N] ', keys: 'n\r' });
  t.equal(no.code, 130);
  t.match(no.shown, /Disconnect GITHUB_TOKEN@octocat\?/);
  t.equal(api.asked.length, 1);
  t.equal((await typed(api.socket, line, { at: '[y/N] ', keys: 'y\r' })).code, 0);
  t.equal(api.asked.length, 2);
  t.equal((await cli(api, [...line, '--yes'])).code, 0);
});
