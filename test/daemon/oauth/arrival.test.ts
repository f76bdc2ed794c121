import t from 'tap';
import { tokensFrom } from '../../../daemon/oauth/arrival.js';
import { formBrowser } from '../../vendors/form-browser.js';
import { operator, signingIn } from './oauth-fixture.js';

t.test('times follow from the life', async (t) => {
  const timers = { now: () => 1_000, after: () => () => undefined };
  const given = { access: Buffer.from('a'), refresh: null, granted: [] };
  t.match(tokensFrom({ timers, chance: () => 0.5 }, { ...given, life: 5_000 }), { expiresAt: 6_000, refreshAt: 3_500 });
  t.match(tokensFrom({ timers, chance: () => 0.5 }, { ...given, life: null }), { expiresAt: null, refreshAt: null });
});

t.test('what the vault does not take is made worthless at the provider', async (t) => {
  const { connect, toCallback, service, server, vault } = await signingIn(t, 'gitlab');
  await connect();
  const browser = formBrowser();
  const { url, connection } = await toCallback(browser);
  const { connections } = vault;
  let access = '';
  const established = connections.established.bind(connections);
  connections.established = (_id, { tokens }) => {
    access = Buffer.from(tokens.access).toString();
    throw Object.assign(new Error('no room'), { name: 'StoreError', code: 'DISK_FULL' });
  };
  t.teardown(() => {
    connections.established = established;
  });
  await t.rejects(service.callback(url, browser.cookies(url.href)), { code: 'DISK_FULL' });
  t.notOk(await server.isGood(access));
  t.match(connections.get(operator, connection.id), { state: 'ended', problem: { code: 'DISK_FULL' } });
});

t.test('a provider that does not say whose the token is', async (t) => {
  const { toCallback, service, server, vault } = await signingIn(t, 'gitlab');
  for (const fault of ['html', '500', 'redirect'] as const) {
    const browser = formBrowser();
    const { url, connection } = await toCallback(browser);
    server.fail('userinfo', fault);
    await t.rejects(service.callback(url, browser.cookies(url.href)), { code: /OAUTH_(ANSWER_INVALID|UNREACHABLE)/ });
    t.equal(vault.connections.get(operator, connection.id).state, 'ended');
  }
  server.login = '一';
  const browser = formBrowser();
  const { url } = await toCallback(browser);
  await t.rejects(service.callback(url, browser.cookies(url.href)), { message: /--account NAME/ });
});
