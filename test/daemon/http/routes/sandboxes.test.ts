import t from 'tap';
import type { SandboxId } from '../../../../store/index.js';
import { world } from '../fixture.js';

t.test('one call launches: session, secrets and sandbox', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'CANARY' });
  const made = await w.call('POST', '/v1/sandboxes', {
    name: 'box',
    session: { name: 'dev', ttl: '1h' },
    secrets: [{ name: 'A_KEY', as: 'KEY_A' }],
    delivery: 'env',
  });
  t.match(made, {
    status: 201,
    json: {
      name: 'box',
      session: 'dev',
      state: 'running',
      variables: ['KEY_A'],
      delivery: { requested: 'env', resolved: 'env' },
    },
  });
  t.match(made.json.notices, [/plaintext/]);
  t.equal(made.headers.location, `/v1/sandboxes/${made.json.id}`);
  t.notMatch(made.text, /CANARY/);
  t.same((await w.call('GET', '/v1/sandboxes/box')).json, made.json);
  t.match((await w.call('GET', '/v1/sandboxes?session=dev')).json.items, [{ id: made.json.id }]);
  t.match(await w.call('DELETE', '/v1/sandboxes/box'), { status: 200, json: { sandboxes: [{ id: made.json.id }] } });
  t.match(await w.call('GET', '/v1/sessions/dev'), { status: 404 }, 'the inline session ended with it');
  t.match((await w.call('GET', '/v1/sandboxes?state=ended')).json.items, [{ id: made.json.id, endReason: 'deleted' }]);
});

t.test('recorded but not running is 202 and says why; its name is taken', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  const reason = 'The image is not there.';
  w.parts.reconciler.settle = async (_, target) => ({
    ...target,
    state: 'failed',
    code: 'IMAGE_NOT_FOUND',
    reason,
    tookMs: 1,
    notices: [],
  });
  w.parts.reconciler.view = () => ({
    ...{ state: 'failed', code: 'IMAGE_NOT_FOUND', reason, containerId: null, imageDigest: null },
    ...{ epoch: 1, generation: 1, startedAt: null, vacant: true, exitCode: null },
  });
  t.match(await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'dev' }), {
    status: 202,
    json: { state: 'failed', code: 'IMAGE_NOT_FOUND', reason, containerId: null },
  });
  t.match(await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'dev' }), {
    status: 409,
    json: { code: 'NAME_TAKEN' },
  });
});

t.test('a launch waits for no other sandbox of its session, but wakes them', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  const stuck = await w.call('POST', '/v1/sandboxes', { name: 'stuck', session: 'dev' });
  const { settle } = w.parts.reconciler;
  w.parts.reconciler.settle = (id, target, ms) =>
    id === stuck.json.id ? new Promise(() => {}) : settle(id, target, ms);
  w.woken.length = 0;
  const made = await w.call('POST', '/v1/sandboxes', { name: 'free', session: 'dev' });
  t.equal(made.status, 201);
  t.same(w.woken.sort(), [stuck.json.id, made.json.id].sort());
});

t.test('nothing is kept of a launch that is refused', async (t) => {
  const w = await world(t);
  for (const [body, status, code] of [
    [{ session: { name: 'dev' }, secrets: ['MISSING'] }, 404, 'SECRET_NOT_FOUND'],
    [{ session: 'missing' }, 404, 'SESSION_NOT_FOUND'],
    [{ session: { name: 'dev' }, oneShot: true }, 409, 'DELIVERY_UNAVAILABLE'],
    [{ session: { name: 'dev' }, lease: '30s' }, 409, 'DELIVERY_UNAVAILABLE'],
    [{ session: { name: 'dev' }, onChange: 'keep' }, 422, 'INVALID_INPUT'],
    [{ session: { name: 'dev' }, workspace: { hostPath: '/etc' } }, 422, 'INVALID_INPUT'],
    [{ session: { name: 'dev' }, labels: { 'dev.ampoule.mac': 'x' } }, 422, 'INVALID_INPUT'],
    [{ session: { name: 'dev' }, env: { '9': 'x' } }, 422, 'INVALID_INPUT'],
    [{ session: { name: 'dev' }, limits: { cpus: 0 } }, 422, 'INVALID_INPUT'],
    [{ session: { name: 'dev' }, network: 'host;rm' }, 422, 'INVALID_INPUT'],
    [{}, 422, 'INVALID_INPUT'],
  ] as const) {
    t.match(await w.call('POST', '/v1/sandboxes', body), { status, json: { code } }, JSON.stringify(body));
  }
  t.same((await w.call('GET', '/v1/sessions')).json.items, []);
  t.same((await w.call('GET', '/v1/sandboxes')).json.items, []);
});

t.test('a launcher sees and launches its own, within its bounds', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sandboxes', { name: 'other', session: { name: 'other' } });
  const launcher = w.as(await w.mint('launcher', { allow: { images: ['acme/*'] } }));
  t.match(await launcher('POST', '/v1/sandboxes', { name: 'own', session: {}, image: 'acme/app' }), { status: 201 });
  t.match(await launcher('POST', '/v1/sandboxes', { session: {}, image: 'evil/app' }), {
    status: 403,
    json: { code: 'OUT_OF_BOUNDS', detail: /evil\/app/ },
  });
  t.match(
    await launcher('POST', '/v1/sandboxes', { session: {}, image: 'acme/app', labels: { 'dev.ampoule.x': '' } }),
    { status: 403 },
  );
  t.match((await launcher('GET', '/v1/sandboxes')).json.items, [{ name: 'own' }]);
  t.match(await launcher('GET', '/v1/sandboxes/other'), { status: 404 });
  t.match(await launcher('DELETE', '/v1/sandboxes/other'), { status: 404 });
});

t.test('a sandbox that ends its session takes the others along, and is waited for with them', async (t) => {
  const w = await world(t);
  const first = (await w.call('POST', '/v1/sandboxes', { name: 'one', session: { name: 'dev' } })).json.id;
  const second = (await w.call('POST', '/v1/sandboxes', { name: 'two', session: 'dev' })).json.id;
  w.woken.length = 0;
  w.outcomes.set(second, { state: 'pending', reason: 'It still runs.' });
  const ended = await w.call('DELETE', '/v1/sandboxes/one');
  t.equal(ended.status, 202, 'not done while the other one runs');
  t.same(ended.json.sandboxes.map(({ id }: { id: string }) => id).sort(), [first, second].sort());
  t.ok(w.woken.includes(second));
});

t.test('a reset has to be confirmed, and is waited for', async (t) => {
  const w = await world(t);
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  const reset = (body: object, call = w.call) => call('POST', '/v1/sandboxes/box/reset', body);
  for (const body of [{}, { confirm: 'other' }])
    t.match(await reset(body), { status: 422, json: { errors: [{ pointer: '/confirm' }] } });
  w.woken.length = 0;
  t.match(await reset({ confirm: 'box' }), { status: 200, json: { sandboxes: [{ id: json.id, state: 'applied' }] } });
  t.ok(w.woken.includes(json.id));
  t.equal(w.vault.sandboxes.get({ kind: 'daemon' }, json.id).resets, 1);
  w.outcomes.set(json.id, { state: 'pending', reason: 'Docker does not answer.' });
  t.match(await reset({ confirm: 'box' }), { status: 202 });
  t.match(await reset({ confirm: 'box' }, w.as(await w.mint('agent', { session: 'dev' }))), { status: 403 });
});

t.test('what lapses with the last sandbox is said', async (t) => {
  const w = await world(t);
  for (const name of ['A_KEY', 'B_KEY', 'IDLE_KEY']) await w.call('POST', '/v1/secrets', { name, value: 'v' });
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  await w.call('POST', '/v1/sandboxes', { name: 'one', session: 'dev', secrets: ['A_KEY', 'B_KEY'] });
  await w.call('POST', '/v1/sandboxes', { name: 'two', session: 'dev' });
  const said = async (method: 'POST' | 'DELETE', path: string, body?: object) =>
    (await w.call(method, path, body)).json.notices;
  const end = () => said('DELETE', '/v1/sandboxes/one');
  const reset = () => said('POST', '/v1/sandboxes/one/reset', { confirm: 'one' });
  const lapsed = (names: string) =>
    `No longer active in dev, which has no other sandbox: ${names.replaceAll(' ', ', ')}. To have them again: \`ampoule activate ${names} --session dev\`.`;
  t.same(await reset(), [], 'the other one keeps them');
  t.same(await said('DELETE', '/v1/sandboxes/two'), []);
  t.same(await reset(), [lapsed('A_KEY B_KEY')]);
  t.same(await reset(), [], 'they had lapsed before');
  await w.call('PUT', '/v1/sessions/dev/secrets/B_KEY');
  t.same(await end(), [lapsed('B_KEY')]);
});

t.test('who held what', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'v' });
  const body = { name: 'box', session: { name: 'dev' }, secrets: ['A_KEY'] };
  const id: SandboxId = (await w.call('POST', '/v1/sandboxes', body)).json.id;
  const held = { env: 'A_KEY', secret: w.vault.secrets.get({ kind: 'daemon' }, 'A_KEY').id, version: 1 };
  const shape = { sandbox: id, role: 'current', nonce: 'aa', epoch: 1, generation: 2, envMac: 'mac' } as const;
  const { id: container } = w.vault.containers.intend({ ...shape, holds: [held] });
  w.vault.containers.created(container, 'docker1', null);
  w.vault.containers.starting(container);
  const main = { container, holder: 'main-1', kind: 'main', pid: 9, program: 'node', holds: [held], since: 5 } as const;
  w.vault.containers.holders([{ event: 'began', ...main, holds: [held] }]);
  w.vault.containers.ended(container);
  const { status, json } = await w.call('GET', '/v1/sandboxes/box/exposure');
  t.equal(status, 200);
  t.same(w.written, ['holders'], 'what is heard is written first');
  t.match(json.items, [
    {
      variable: 'A_KEY',
      secret: 'A_KEY',
      version: 1,
      holder: null,
      container: 'docker1',
      confirmedBy: 'operator:test',
    },
    { holder: { id: 'main-1', kind: 'main', pid: 9, program: 'node' }, since: '1970-01-01T00:00:00.005Z', until: /^2/ },
  ]);
  t.equal((await w.call('GET', '/v1/sandboxes/box/exposure?limit=1')).json.items.length, 1);
  const agent = w.as(await w.mint('agent', { session: 'dev' }));
  t.equal((await agent('GET', '/v1/sandboxes/box/exposure')).status, 200);
  t.equal((await w.as(await w.mint('launcher'))('GET', '/v1/sandboxes/box/exposure')).status, 404);
});
