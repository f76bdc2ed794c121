/** Calls about containers against a played engine: what counts as done, and what is not known. */

import t from 'tap';
import { connectEngine } from '../../../sandbox/engine/docker.js';
import { json, playEngine } from '../played-engine.js';

t.test('what is so already is done', async (t) => {
  const statuses: Record<string, number> = { start: 304, kill: 409, unpause: 404, wait: 404 };
  const played = await playEngine((call, response) => {
    const status = call.method === 'DELETE' ? 404 : (statuses[call.path.split('/').at(-1) ?? ''] ?? 500);
    json(response, status, { message: 'not running' });
  });
  t.teardown(() => played.stop());
  const engine = connectEngine({ host: played.host });
  await engine.start('id');
  await engine.kill('id', 'SIGTERM');
  await engine.unpause('id');
  await engine.remove('id', { volumes: true });
  t.equal(await engine.waitStopped('id', 1_000), true);
  t.match(
    played.calls.map((call) => call.url),
    [
      '/containers/id/start?',
      '/containers/id/kill?signal=SIGTERM',
      '/containers/id/unpause?',
      '/containers/id?force=1&v=1',
      '/containers/id/wait?',
    ],
  );
});

t.test('waiting ends by itself, and is not mistaken for an end', async (t) => {
  const played = await playEngine(() => {});
  t.teardown(() => played.stop());
  const engine = connectEngine({ host: played.host });
  t.equal(await engine.waitStopped('id', 30), false);
  const control = new AbortController();
  const given = engine.within(control.signal).waitStopped('id', 10_000);
  setTimeout(() => control.abort(), 20);
  await t.rejects(given, { code: 'ENGINE_UNREACHABLE' });
});

t.test('lists and inspects', async (t) => {
  const played = await playEngine((call, response) => {
    if (call.path === '/containers/json') json(response, 200, [{ Id: 'a', Names: ['/x'], State: 'odd', Labels: null }]);
    else json(response, 404, { message: 'No such container: x' });
  });
  t.teardown(() => played.stop());
  const engine = connectEngine({ host: played.host });
  t.same(await engine.list(['a=b', 'c']), [{ id: 'a', names: ['x'], state: 'dead', labels: {} }]);
  t.same(JSON.parse(played.calls[0]?.query.get('filters') ?? ''), { label: ['a=b', 'c'] });
  t.equal(played.calls[0]?.query.get('all'), '1');
  t.equal(await engine.inspect('a/b c'), null);
  t.equal(played.calls[1]?.path, '/containers/a%2Fb%20c/json');
});
