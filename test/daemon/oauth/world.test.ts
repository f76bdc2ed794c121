import t from 'tap';
import { connectCommand, factOf, withProvider } from '../../../daemon/oauth/world.js';
import { oauthWorld, operator } from './oauth-fixture.js';

t.test('the command that a person types', async (t) => {
  t.equal(connectCommand({ provider: 'github', base: null }), '`ampoule connect github`');
  const whole = { provider: 'gitlab', base: 'https://git.example.org', account: 'work' };
  t.equal(connectCommand(whole), '`ampoule connect gitlab --account work --base https://git.example.org`');
});

t.test('a provider is opened as the application that was connected with', async (t) => {
  const { world, vault } = await oauthWorld(t);
  t.throws(() => factOf(world, 'a b'), { code: 'PROVIDER_NOT_FOUND', message: /github, gitlab.*ampoule add PROVIDER/ });
  const whose = { provider: 'github', base: null, clientId: 'one' };
  await t.rejects(
    withProvider(world, whose, '', async () => 1),
    { code: 'OAUTH_CLIENT_NOT_FOUND' },
  );
  const set = (clientId: string, base: string | null = null) =>
    vault.connections.setClient(operator, { provider: 'github', base, clientId, secret: Buffer.from('word') });
  set('one');
  t.equal(await withProvider(world, whose, '', async ({ place }) => place.base), null);
  await t.rejects(
    withProvider(world, whose, '', async () => Promise.reject(new Error('own'))),
    { message: 'own' },
  );
  set('two');
  await t.rejects(
    withProvider(world, whose, '', async () => 1),
    {
      code: 'OAUTH_CLIENT_NOT_FOUND',
      message: /ampoule connect github/,
    },
  );
});

t.test('tokens do not go to a place that is no longer configured', async (t) => {
  const base = 'http://127.0.0.1:9000';
  const { world, vault } = await oauthWorld(t, { bases: { github: base } });
  vault.connections.setClient(operator, { provider: 'github', base: null, clientId: 'one', secret: null });
  const whose = { provider: 'github', base, clientId: 'one' };
  t.equal(await withProvider(world, whose, '', async ({ place }) => place.base), base);
  await t.rejects(
    withProvider({ ...world, bases: {} }, whose, '', async () => 1),
    { code: 'OAUTH_BASE_REFUSED' },
  );
});
