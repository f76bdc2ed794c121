import t from 'tap';
import { cli, playApi } from './played-api.js';
import { SECRET, VAULT } from './samples.js';

/** 450 secrets in pages, as the API gives them. */
function paged(asked: { query: Record<string, string> }) {
  const from = Number(asked.query.cursor ?? 0);
  const count = Math.min(Number(asked.query.limit ?? 50), 450 - from);
  const items = Array.from({ length: count }, (_, index) => ({ ...SECRET, name: `S${from + index}` }));
  return { json: { items, next: from + count < 450 ? String(from + count) : null } };
}

t.test('people get all pages', async (t) => {
  const api = await playApi(t, { 'GET /v1/secrets': paged });
  const { code, out } = await cli(api, ['secret', 'ls']);
  t.equal(code, 0);
  t.equal(out.trim().split('\n').length, 451);
  t.same(
    api.asked.map(({ query }) => query),
    [{ limit: '200' }, { limit: '200', cursor: '200' }, { limit: '200', cursor: '400' }],
  );
});

t.test('or as many as they ask for', async (t) => {
  const api = await playApi(t, { 'GET /v1/secrets': paged });
  const { out } = await cli(api, ['secret', 'ls', '--limit', '250']);
  t.equal(out.trim().split('\n').length, 251);
  t.same(
    api.asked.map(({ query }) => query.limit),
    ['200', '50'],
  );
});

t.test('--json is one page, exactly as it came', async (t) => {
  const api = await playApi(t, { 'GET /v1/secrets': { text: '{"items": [],  "next": "c2"}' } });
  const { code, out } = await cli(api, ['secret', 'ls', '--json', '--limit', '2', '--cursor', 'c1']);
  t.equal(code, 0);
  t.equal(out, '{"items": [],  "next": "c2"}\n');
  t.same(api.asked[0]?.query, { limit: '2', cursor: 'c1' });
});

t.test('a limit that is none', async (t) => {
  const api = await playApi(t, {});
  for (const limit of ['0', 'x', '-1', '1.5']) {
    t.match(await cli(api, ['secret', 'ls', `--limit=${limit}`]), {
      code: 2,
      err: /--limit is ".*"\. Give a whole number/,
    });
  }
  t.same(api.asked, []);
});

t.test('how many there are', async (t) => {
  const api = await playApi(t, { 'GET /v1/vault': { json: VAULT }, 'GET /v1/sessions': paged });
  t.match((await cli(api, ['status'])).out, /\nsessions +450 live\n/);
});
