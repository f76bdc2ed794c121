import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { APPLIED } from '../samples.js';

const ENTRY = {
  ...{ variable: 'A', version: 2, session: 'dev', sandbox: 'box', container: 'c1', holder: null, local: null },
  ...{ confirmedBy: 'operator:me', requestId: 'req_1', since: '2026-03-01T14:00:00.000Z', until: null, unknown: false },
};

t.test('rollback', async (t) => {
  const api = await playApi(t, {
    'POST /v1/secrets/A/rollback': { json: { id: 'sec_1', name: 'A', version: 4, ...APPLIED } },
  });
  t.match(await cli(api, ['secret', 'rollback', 'A', '2', '--revoke']), {
    code: 0,
    out: /^A has the value of version 2 \(version 4\)/,
  });
  t.match(api.asked[0], { json: { version: 2 }, query: { revoke: 'true' } });
  t.match(await cli(api, ['secret', 'rollback', 'A', 'two']), { code: 2 });
});

t.test('usage: as a table and as CSV', async (t) => {
  const holder = { id: 'exe_1', kind: 'command', pid: 7, program: 'env' };
  const ended = { ...ENTRY, holder, confirmedBy: null, requestId: null, until: '2026-03-01T15:00:00.000Z' };
  const api = await playApi(t, {
    'GET /v1/secrets/A/usage': ({ query }) =>
      query.format === 'csv'
        ? { text: 'variable\r\nA\r\n', type: 'text/csv' }
        : { json: { items: [ENTRY, ended], next: null } },
  });
  const { out } = await cli(api, [
    'secret',
    'usage',
    'A',
    '--version',
    '2',
    '-s',
    'dev',
    '--since',
    '2026-01-01T00:00:00Z',
  ]);
  t.match(out, /^2 +A +dev +box +the container +operator:me +req_1 +2026-03-01 14:00:00 +now$/m);
  t.match(out, /^2 +A +dev +box +env \(7\) +- +- +2026-03-01 14:00:00 +2026-03-01 15:00:00$/m);
  t.match(api.asked[0]?.query, { version: '2', session: 'dev', since: '2026-01-01T00:00:00Z' });
  const local = { id: 'loc_1', host: 'laptop', pid: 7, command: 'npm test' };
  const outside = await playApi(t, {
    'GET /v1/secrets/A/usage': { json: { items: [{ ...ENTRY, sandbox: null, local, unknown: true }], next: null } },
  });
  t.match((await cli(outside, ['secret', 'usage', 'A'])).out, /^2 +A +dev +- +npm test \(7 on laptop\) .* unknown$/m);
  t.match(await cli(api, ['secret', 'usage', 'A', '--csv']), { code: 0, out: 'variable\r\nA\r\n' });
  const none = await playApi(t, { 'GET /v1/secrets/A/usage': { json: { items: [], next: null } } });
  t.match(await cli(none, ['secret', 'usage', 'A']), { out: 'Nobody ever had it.\n' });
});
