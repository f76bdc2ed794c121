import t from 'tap';
import { makeFarewell } from '../../../daemon/oauth/farewell.js';
import { operator, signingIn } from './oauth-fixture.js';

for (const profile of ['github', 'gitlab', 'google'] as const)
  t.test(`${profile}: a provider that is away is told later`, async (t) => {
    const { connect, vault, server, value, world, clock, heard } = await signingIn(t, profile);
    const { id, secretName } = await connect();
    const token = value(secretName ?? '');
    vault.connections.disconnect(operator, id);
    const farewell = makeFarewell(world);
    const get = () => vault.connections.get(operator, id);
    const over = async (done: () => boolean) => {
      for (let n = 0; n < 300 && (n === 0 || !done()); n += 1) {
        farewell.look();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    server.fail('revocation', '503');
    await over(() => get().failures > 0);
    t.match(get(), { state: 'disconnecting', problem: { code: 'OAUTH_UNREACHABLE', message: /told again by itself/ } });
    t.ok(await server.isGood(token));
    clock.ahead += 60_000;
    await over(() => get().state === 'ended');
    t.match(get(), { state: 'ended', problem: null });
    t.notOk(await server.isGood(token));
    await farewell.stop();
    const outcomes = heard.counts.filter(({ name }) => name === 'ampoule_connection_revocations_total');
    t.same(
      outcomes.map(({ labels }) => labels.outcome),
      ['failed', 'told'],
    );
  });

t.test('one that cannot be told ends all the same, and a token that is over already too', async (t) => {
  const { connect, vault, world, heard, server } = await signingIn(t, 'microsoft');
  const first = await connect();
  vault.connections.disconnect(operator, first.id);
  const farewell = makeFarewell(world);
  farewell.look();
  await farewell.stop();
  t.equal(vault.connections.get(operator, first.id).state, 'ended');
  t.match(heard.counts.at(-1), { labels: { outcome: 'impossible' } });
  t.equal(server.counts.families, 0);
});
