import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { AUDIT, list } from '../samples.js';

t.test('entries, fifty unless told otherwise, filtered', async (t) => {
  const api = await playApi(t, { 'GET /v1/audit': { json: { items: [AUDIT], next: null } } });
  const { code, out } = await cli(api, [
    'audit',
    'ls',
    '--action',
    'secret.reveal',
    '--target',
    'X',
    '--since',
    '2026-01-01T00:00:00Z',
  ]);
  t.equal(code, 0);
  t.match(
    out,
    /7 {4}2026-03-01 14:00:00 {2}operator:laptop {2}secret\.reveal {2}GITHUB_TOKEN@work {2}done {5}\{"reason":"to compare"\}/,
  );
  t.same(api.asked[0]?.query, { action: 'secret.reveal', target: 'X', since: '2026-01-01T00:00:00Z', limit: '50' });
});

t.test('that there are more is said', async (t) => {
  const api = await playApi(t, { 'GET /v1/audit': { json: { ...list(AUDIT), next: 'c' } } });
  t.match(await cli(api, ['audit', 'ls', '--limit', '1']), { code: 0, err: /there are more; give a larger --limit/ });
});

t.test('a chain that holds is exit code 0, one that does not is 125 and says where', async (t) => {
  const whole = await playApi(t, { 'GET /v1/audit/verify': { json: { ok: true, entries: 9, problem: null } } });
  t.match(await cli(whole, ['audit', 'verify']), { code: 0, out: 'The chain of 9 entries holds.\n', err: '' });
  const broken = await playApi(t, {
    'GET /v1/audit/verify': { json: { ok: false, entries: 9, problem: { seq: 4, reason: 'was edited' } } },
  });
  t.match(await cli(broken, ['audit', 'verify']), { code: 125, err: /entry 4: was edited\./ });
  t.match(await cli(broken, ['audit', 'verify', '--json']), { code: 125, out: /^\{"ok":false/ });
});
