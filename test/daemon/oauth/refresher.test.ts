import t from 'tap';
import { makeRefresher, type Refresher } from '../../../daemon/oauth/refresher.js';
import { withProvider } from '../../../daemon/oauth/world.js';
import type { ProfileId } from '../../vendors/oauth-profiles.js';
import type { Fault } from '../../vendors/oauth-server.js';
import { operator, signingIn } from './oauth-fixture.js';

/** One that is connected, and a refresher of its own. */
async function connected(
  t: Parameters<typeof signingIn>[0],
  profile: ProfileId,
  more: Parameters<typeof signingIn>[3] = {},
) {
  const played = await signingIn(t, profile, {}, more);
  const { id, secretName } = await played.connect();
  const refresher = makeRefresher(played.world);
  t.teardown(() => refresher.stop());
  const get = () => played.vault.connections.get(operator, id);
  const value = () => played.value(secretName ?? '');
  return { ...played, id, refresher, get, value };
}

/** Looks until everything that was begun has its end. */
async function look(refresher: Refresher, over: () => boolean) {
  for (let n = 0; n < 400 && (n === 0 || !over()); n += 1) {
    refresher.look();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

for (const profile of ['github', 'gitlab', 'google', 'microsoft'] as const)
  t.test(`${profile}: tokens are refreshed again and again`, async (t) => {
    const { id, refresher, get, value, server, heard } = await connected(t, profile);
    const values = new Set([value()]);
    for (let n = 0; n < 5; n += 1) {
      const { connection } = await refresher.refresh(id);
      t.match(connection, { state: 'connected', failures: 0, refreshingSince: null });
      t.ok(await server.isGood(value()));
      values.add(value());
    }
    t.equal(values.size, 6, 'each time another token');
    t.equal(get().refreshes, 5);
    t.match(server.counts, { refreshes: 5, reuses: 0, families: 0 });
    const counted = heard.counts.filter(({ name }) => name === 'ampoule_connection_refreshes_total');
    t.same(counted, Array(5).fill({ name: counted[0]?.name, labels: { provider: profile, outcome: 'refreshed' } }));
    t.ok(heard.events.some(({ kind }) => kind === 'secret'));
  });

t.test('what is due is begun by itself, and reaches sessions', async (t) => {
  const { refresher, get, clock, sandbox, heard, vault, server } = await connected(t, 'gitlab');
  sandbox('box', [get().secretName ?? '']);
  refresher.look();
  t.equal(server.counts.refreshes, 0, 'not before its time');
  clock.ahead = 3_600_000 - 10_000;
  await look(refresher, () => get().refreshes > 0);
  t.match(get(), { refreshes: 1, state: 'connected' });
  t.equal(server.counts.refreshes, 1);
  t.same(heard.changed, [vault.sessions.get(operator, 'box').id]);
});

t.test('who asks while one runs gets the same one', async (t) => {
  const { id, refresher, server } = await connected(t, 'gitlab');
  const all = await Promise.all([1, 2, 3, 4, 5].map(() => refresher.refresh(id)));
  t.equal(server.counts.refreshes, 1);
  t.equal(new Set(all.map(({ connection }) => connection.refreshes)).size, 1);
});

/** What becomes of a connection after one failure at the provider, where a refresh token is good once, and where it is not. */
const AFTER: Record<Fault, { once: [string, string]; kept: [string, string] }> = {
  down: { once: ['reauthorize', 'REFRESH_UNKNOWN'], kept: ['connected', 'OAUTH_UNREACHABLE'] },
  lost: { once: ['reauthorize', 'REFRESH_UNKNOWN'], kept: ['connected', 'OAUTH_UNREACHABLE'] },
  slow: { once: ['reauthorize', 'REFRESH_UNKNOWN'], kept: ['connected', 'OAUTH_UNREACHABLE'] },
  json: { once: ['reauthorize', 'REFRESH_UNKNOWN'], kept: ['connected', 'OAUTH_ANSWER_INVALID'] },
  html: { once: ['reauthorize', 'REFRESH_UNKNOWN'], kept: ['connected', 'OAUTH_ANSWER_INVALID'] },
  large: { once: ['reauthorize', 'REFRESH_UNKNOWN'], kept: ['connected', 'OAUTH_UNREACHABLE'] },
  gzip: { once: ['reauthorize', 'REFRESH_UNKNOWN'], kept: ['connected', 'OAUTH_UNREACHABLE'] },
  redirect: { once: ['reauthorize', 'REFRESH_UNKNOWN'], kept: ['connected', 'OAUTH_UNREACHABLE'] },
  '502': { once: ['reauthorize', 'REFRESH_UNKNOWN'], kept: ['connected', 'OAUTH_UNREACHABLE'] },
  '500': { once: ['connected', 'OAUTH_UNREACHABLE'], kept: ['connected', 'OAUTH_UNREACHABLE'] },
  '503': { once: ['connected', 'OAUTH_UNREACHABLE'], kept: ['connected', 'OAUTH_UNREACHABLE'] },
};

for (const [fault, { once, kept }] of Object.entries(AFTER) as [Fault, (typeof AFTER)[Fault]][])
  for (const [profile, [state, code]] of [['gitlab', once] as const, ['google', kept] as const])
    t.test(`${profile}, ${fault}: ${state}, and the last token stays`, async (t) => {
      const { id, refresher, get, value, server, heard, clock } = await connected(t, profile, {
        guard: { patience: 400 },
      });
      const before = value();
      server.fail('token', fault);
      await t.rejects(refresher.refresh(id), { code });
      t.match(get(), { state, problem: { code }, failures: 1, refreshingSince: null });
      t.equal(value(), before, 'the last token stays');
      t.notMatch(JSON.stringify([get().problem, heard.logs]), /words of the server|secret/);
      t.match(get().problem?.message, state === 'reauthorize' ? /ampoule connect gitlab/ : /tried again by itself/);
      clock.ahead += 600_000;
      await look(refresher, () => get().refreshes > 0 || state === 'reauthorize');
      t.equal(get().state, state);
      t.equal(get().refreshes, state === 'connected' ? 1 : 0);
      t.match(server.counts, { reuses: 0, families: 0 });
    });

t.test('a refusal is for good', async (t) => {
  for (const [profile, said] of [['github', 'bad_refresh_token'] as const, ['gitlab', 'invalid_grant'] as const]) {
    const { id, refresher, get, server, vault, heard, clock } = await connected(t, profile);
    const { access, refresh } = vault.connections.openTokens(id);
    // As its owner ends it at the vendor.
    await server.endAll();
    access?.fill(0);
    refresh?.fill(0);
    await t.rejects(refresher.refresh(id), { code: 'REFRESH_REFUSED', message: new RegExp(said) });
    t.match(get(), { state: 'reauthorize', refreshAt: null });
    t.match(get().problem?.message, /ampoule connect/);
    t.notMatch(JSON.stringify([get().problem, heard.logs]), /long words/);
    clock.ahead += 86_400_000;
    refresher.look();
    t.equal(get().failures, 1, 'nobody asks again by itself');
  }
});

t.test('failures wait longer and longer, and never more than five minutes', async (t) => {
  const { id, refresher, get, server, world } = await connected(t, 'google', { chance: () => 0 });
  const waits: number[] = [];
  server.fail('token', '503', 12);
  for (let n = 0; n < 12; n += 1) {
    const now = world.timers.now();
    await t.rejects(refresher.refresh(id), { code: 'OAUTH_UNREACHABLE' });
    waits.push(Math.round(((get().refreshAt ?? 0) - now) / 500) / 2);
  }
  t.same(waits.slice(0, 5), [0.5, 1, 2, 4, 8]);
  t.equal(Math.max(...waits), 150, 'half of five minutes, with the least of chance');
});

t.test('a process that ended in the middle', async (t) => {
  for (const [profile, state] of [['github', 'reauthorize'] as const, ['google', 'connected'] as const]) {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = await connected(t, profile, { failpoint: () => held });
    const never = first.refresher.refresh(first.id);
    t.ok(first.get().refreshingSince, 'it is written down before the provider is asked');
    first.vault.close();
    const { openVault } = await import('../../../store/index.js');
    const vault = await openVault({
      ...{ dataDir: `${first.directory}/data`, unlock: { keyFile: first.keyFile } },
      ...{ auditHeadFile: `${first.directory}/state/head`, runDir: `${first.directory}/run`, version: '0.1.0' },
    });
    t.teardown(() => vault.close());
    const second = makeRefresher({ ...first.world, vault, failpoint: async () => undefined });
    await look(second, () => vault.connections.get(operator, first.id).refreshes > 0 || state === 'reauthorize');
    const found = vault.connections.get(operator, first.id);
    t.match(found, { state, refreshingSince: null, refreshes: state === 'connected' ? 1 : 0 });
    if (state === 'reauthorize') t.equal(found.problem?.code, 'REFRESH_UNKNOWN');
    t.equal(first.server.counts.refreshes, state === 'connected' ? 1 : 0, 'a token for one use was not sent again');
    await second.stop();
    release();
    await t.rejects(never, 'the first process cannot write any more');
  }
});

t.test('a vault that is sealed meanwhile gets the tokens when it is open again', async (t) => {
  let sealing = (): void => undefined;
  const { id, refresher, get, value, vault, server } = await connected(t, 'github', {
    failpoint: async (name) => (name === 'connection.refresh:answered' ? sealing() : undefined),
  });
  sealing = () => vault.seal(operator);
  await t.rejects(refresher.refresh(id), { code: 'VAULT_SEALED' });
  t.ok(get().refreshingSince, 'its end is not written down');
  sealing = () => undefined;
  refresher.look();
  t.ok(get().refreshingSince, 'nor while it is sealed');
  await vault.unseal(operator, null);
  refresher.look();
  t.match(get(), { refreshingSince: null, refreshes: 1, state: 'connected' });
  t.ok(await server.isGood(value()));
  await refresher.refresh(id);
  t.match(server.counts, { refreshes: 2, reuses: 0 });
});

t.test('no more than eight at once', async (t) => {
  let now = 0;
  let most = 0;
  const { connect, world, server, clock, vault } = await signingIn(
    t,
    'google',
    {},
    {
      failpoint: async (name) => {
        if (name !== 'connection.refresh:begun') return;
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 50));
        now -= 1;
      },
    },
  );
  for (let n = 0; n < 11; n += 1) await connect({ account: `a${n}` });
  const refresher = makeRefresher(world);
  clock.ahead = 3_600_000;
  await look(refresher, () => server.counts.refreshes >= 11);
  await refresher.stop();
  t.equal(most, 8);
  t.equal(vault.connections.list(operator).items.filter(({ refreshes }) => refreshes === 1).length, 11);
});

t.test('the server of the tests sees a second use, and ends the family', async (t) => {
  const { vault, id, world, server, value, get } = await connected(t, 'gitlab');
  const { refresh } = vault.connections.openTokens(id);
  const again = () =>
    withProvider(world, get(), '', ({ client }) => client.refresh(Buffer.from(refresh ?? []), ['read_user']));
  const { access } = await again();
  t.match(server.counts, { refreshes: 1, reuses: 0 });
  await t.rejects(again(), { code: 'OAUTH_REFUSED', said: 'invalid_grant' });
  t.match(server.counts, { reuses: 1, families: 1 });
  for (const token of [value(), Buffer.from(access).toString()]) t.notOk(await server.isGood(token));
});

t.test('with nothing to refresh with it says so', async (t) => {
  const { service, connect, world } = await signingIn(t, 'microsoft');
  const { id } = await connect({ scopes: ['User.Read'] });
  const refresher = makeRefresher(world);
  await t.rejects(refresher.refresh(id), { code: 'REFRESH_UNAVAILABLE', message: /ampoule connect microsoft/ });
  const { state, problem } = world.vault.connections.get(operator, id);
  t.match(
    { state, problem },
    { state: 'reauthorize', problem: { code: 'REFRESH_UNAVAILABLE' } },
    'a person hears of it',
  );
  await t.rejects(service.refresh(operator, 'con_NONE'), { code: 'CONNECTION_NOT_FOUND' });
});
