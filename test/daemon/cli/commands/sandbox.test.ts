import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { APPLIED, list, SANDBOX } from '../samples.js';

t.test('ls and ps', async (t) => {
  const api = await playApi(t, { 'GET /v1/sandboxes': { json: list(SANDBOX) } });
  const { code, out } = await cli(api, ['sandbox', 'ls', '-s', 'dev']);
  t.equal(code, 0);
  t.match(
    out,
    /^NAME {2}ID .*\nbox {3}sbx_01JQ0+ {2}dev {6}running {2}debian:stable-slim {2}env {7}127\.0\.0\.1:8080->80\/tcp {2}2026/,
  );
  t.same(api.asked[0]?.query, { session: 'dev', state: 'live', limit: '200' });
  t.match(await cli(api, ['ps', '--ended']), { code: 0 });
  t.same(api.asked[1]?.query, { state: 'ended', limit: '200' });
  const none = await playApi(t, { 'GET /v1/sandboxes': { json: list() } });
  t.match(await cli(none, ['ps']), { code: 0, out: 'None. Run `ampoule sandbox run`.\n' });
});

t.test('show', async (t) => {
  const gone = {
    ...SANDBOX,
    state: 'exited',
    reason: 'It ended.',
    exitCode: 3,
    endedAt: '2026-03-01T15:00:00.000Z',
    endReason: 'idle',
  };
  const api = await playApi(t, {
    'GET /v1/sandboxes/box': { json: SANDBOX },
    'GET /v1/sandboxes/gone': { json: gone },
  });
  const { code, out } = await cli(api, ['sandbox', 'show', 'box']);
  t.equal(code, 0);
  t.match(out, /image {7}debian:stable-slim \(sha256:abc\)\n/);
  t.notMatch(out, /exit code|ended/);
  t.match(
    (await cli(api, ['sandbox', 'show', 'gone'])).out,
    /exited: It ended\.\nexit code {3}3\n[\s\S]*ended {7}2026-03-01 15:00:00 \(idle\)/,
  );
});

t.test('rm', async (t) => {
  const api = await playApi(t, { 'DELETE /v1/sandboxes/box': { json: APPLIED } });
  t.match(await cli(api, ['sandbox', 'rm', 'box', '--workspace', 'delete', '--wait', '0']), {
    code: 0,
    out: /^box has ended( \(generation \d+\))?\./,
  });
  t.same(api.asked[0]?.query, { workspace: 'delete', wait: '0' });
});

t.test('logs, once and followed until Ctrl-C', async (t) => {
  let press = (): void => {};
  const api = await playApi(t, {
    'GET /v1/sandboxes/box/logs': ({ query }) => ({
      raw: (response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.write('{"stream":"stdout","data":"one\\n"}\n{"stream":"stderr","data":"two\\n"}\n');
        if (query.follow === 'true') setImmediate(() => press());
        else response.end();
      },
    }),
  });
  t.match(await cli(api, ['sandbox', 'logs', 'box', '--tail', '5']), { code: 0, out: 'one\n', err: 'two\n' });
  t.same(api.asked[0]?.query, { tail: '5' });
  const interrupt = (how: () => void): void => {
    press = how;
  };
  t.match(await cli(api, ['sandbox', 'logs', '-f', 'box'], { interrupt }), { code: 130 });
  t.same(api.asked[1]?.query, { follow: 'true' });
  t.match(await cli(api, ['sandbox', 'logs', 'box', '--tail', 'x']), { code: 2, err: /--tail is "x"/ });
});

t.test('a reset wants the name twice', async (t) => {
  const change = { generation: 4, sandboxes: [], notices: [] };
  const api = await playApi(t, { 'POST /v1/sandboxes/box/reset': { json: change } });
  t.match(await cli(api, ['sandbox', 'reset', 'box']), { code: 2, err: /would be lost.*reset box --confirm box/ });
  t.same(api.asked, []);
  t.match(await cli(api, ['sandbox', 'reset', 'box', '--confirm', 'box']), { code: 0, out: /as at its first start/ });
  t.same(api.asked[0]?.json, { confirm: 'box' });
});
