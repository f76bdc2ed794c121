import t from 'tap';
import { applicationOf } from '../../../daemon/oauth/application.js';
import type { ConnectWish } from '../../../daemon/oauth/service-types.js';
import { oauthWorld, operator } from './oauth-fixture.js';

t.test('the application that is given is remembered for its place', async (t) => {
  const { world, vault } = await oauthWorld(t, { bases: { gitlab: 'http://127.0.0.1:9000' } });
  const { facts } = world;
  const of = (id: string, wish: Partial<ConnectWish>, base: string | null) => {
    const fact = facts.get(id);
    if (fact === undefined) throw new Error(id);
    return applicationOf(world, operator, fact, { provider: id, flow: 'code', ...wish }, base);
  };
  const missing = { code: 'OAUTH_CLIENT_NOT_FOUND' };
  t.throws(() => of('gitlab', {}, null), {
    ...missing,
    message: /gitlab.com\/-\/user_settings\/applications.*\/oauth\/callback/,
  });
  t.throws(() => of('gitlab', {}, 'https://git.example.org'), {
    ...missing,
    message: /git.example.org\/-\/user_settings/,
  });
  t.equal(of('gitlab', { clientId: 'one' }, null), 'one');
  t.equal(of('gitlab', {}, null), 'one');
  t.equal(
    of('gitlab', {}, 'http://127.0.0.1:9000'),
    'one',
    "what is configured in the vendor's place has its application",
  );
  t.throws(() => of('gitlab', {}, 'https://git.example.org'), missing, 'another place has not');
  t.equal(of('gitlab', { clientId: 'two' }, 'http://127.0.0.1:9000'), 'two');
  t.equal(of('gitlab', {}, null), 'one');
  t.throws(() => of('github', { clientId: 'x' }, null), { ...missing, message: /secret/ });
  t.equal(of('github', { clientId: 'x', flow: 'device' }, null), 'x');
  t.throws(() => of('github', {}, null), { ...missing, message: /no secret here/ });
  t.equal(of('github', { clientId: 'x', clientSecret: Buffer.from('word') }, null), 'x');
  t.equal(of('github', {}, null), 'x');
  t.equal(vault.connections.clients(operator).length, 3);
});
