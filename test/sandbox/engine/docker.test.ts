/** Connecting to an engine: addresses, and what travels in a URL. */

import { join } from 'node:path';
import t from 'tap';
import { connectEngine } from '../../../sandbox/engine/docker.js';
import type { ContainerRequest } from '../../../sandbox/engine/engine.js';
import { json, playEngine } from '../played-engine.js';

t.test('addresses', async (t) => {
  for (const host of ['', 'docker.sock', 'unix://relative', 'tcp://host', 'ssh://host', 'npipe:////./pipe/docker'])
    t.throws(() => connectEngine({ host }), { code: 'ENGINE_UNREACHABLE', message: /DOCKER_HOST/ }, host);
  t.ok(connectEngine({ host: 'tcp://127.0.0.1:2375' }));
  const nobody = connectEngine({ host: `unix://${join(t.testdir(), 'nobody')}` });
  await t.rejects(nobody.ping(), { code: 'ENGINE_UNREACHABLE', retry: true, message: /systemctl start docker/ });
});

t.test('the address given is the one used, whatever the environment says', async (t) => {
  const before = process.env.DOCKER_HOST;
  process.env.DOCKER_HOST = 'tcp://127.0.0.1:1';
  t.teardown(() => {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
  });
  const played = await playEngine((_call, response) => response.end('OK'));
  t.teardown(() => played.stop());
  await connectEngine({ host: played.host }).ping();
  t.match(played.calls, [{ method: 'GET', path: '/_ping' }]);
});

t.test('values of secrets travel in the body, never in a URL, and what is handed in stays as it was', async (t) => {
  const played = await playEngine((_call, response) => json(response, 201, { Id: 'abc' }));
  t.teardown(() => played.stop());
  const request = { Image: 'x', Env: ['TOKEN=canary-1'], Labels: { a: 'b' } } as unknown as ContainerRequest;
  const copy = structuredClone(request);
  t.same(await connectEngine({ host: played.host }).create('name', request), { id: 'abc' });
  const [call] = played.calls;
  t.equal(call?.url, '/containers/create?name=name');
  t.same(JSON.parse(call?.body ?? ''), copy);
  t.same(request, copy);
});
