import { join } from 'node:path';
import t, { type Test } from 'tap';
import { compose } from '../../daemon/compose.js';
import { assembleSandboxes } from '../../daemon/compose-sandbox.js';
import { readConfig } from '../../daemon/config.js';
import { createLog } from '../../daemon/log.js';
import type { Event } from '../../daemon/parts.js';
import { readCatalogue } from '../../daemon/providers/catalogue.js';
import { operator, testVault } from './vault-fixture.js';

async function composed(t: Test) {
  const fixture = await testVault(t);
  const { vault, directory } = fixture;
  const config = readConfig({}, { DOCKER_HOST: `unix://${join(directory, 'none.sock')}` });
  const log = createLog('silent');
  const woken: string[] = [];
  const { delivery, deliveries, inspection, reconciler, writeHolders, scans, prove, close } = assembleSandboxes({
    ...{ config: { ...config, runDir: join(directory, 'run') }, vault, log },
  });
  t.teardown(close);
  reconciler.wake = (id) => void woken.push(id);
  let looks = 0;
  const providers = readCatalogue(null);
  const made = compose({
    ...{
      providers,
      inspection,
      config,
      vault,
      delivery,
      deliveries,
      writeHolders,
      scans,
      prove,
      log,
      reconciler,
      version: '1.2.3',
    },
    reschedule: () => {
      looks += 1;
    },
  });
  const events: Event[] = [];
  made.parts.events.subscribe((_id, event) => void events.push(event));
  return { ...fixture, ...made, woken, events, looks: () => looks };
}

t.test('what changed is told, and each sandbox concerned is woken once', async (t) => {
  const { vault, changed, woken, events, sandbox } = await composed(t);
  const [one, two] = [sandbox('one'), sandbox('two')];
  const { session } = vault.sandboxes.get(operator, one);
  changed([session], [one, two]);
  t.same(woken.sort(), [one, two].sort());
  t.same(events, [
    { kind: 'session', id: session },
    { kind: 'sandbox', id: one },
    { kind: 'sandbox', id: two },
  ]);
});

t.test('requests that nobody decided on are told and counted', async (t) => {
  const { parts, expired, events } = await composed(t);
  expired(['req_1', 'req_2']);
  t.same(events, [
    { kind: 'request', id: 'req_1' },
    { kind: 'request', id: 'req_2' },
  ]);
  t.match(await parts.metrics.render(), /ampoule_requests_decided_total\{outcome="expired"\} 2\n/);
});

t.test('live sandboxes of sessions, beyond one page', async (t) => {
  const { vault, parts, sandbox } = await composed(t);
  const { id: session } = vault.sessions.create(operator, { name: 'many' });
  const [first, ...others] = Array.from({ length: 202 }, (_, n) => sandbox(`box-${n}`, [], { session }));
  t.ok(first);
  if (first === undefined) return;
  vault.sandboxes.end(operator, first);
  t.same(parts.sandboxesOf([session]).sort(), others.sort());
  t.same(parts.sandboxesOf([]), []);
});

t.test('started, revoked tokens, the timer, the numbers', async (t) => {
  const { vault, parts, begun, looks } = await composed(t);
  t.equal(parts.started(), false);
  begun();
  t.equal(parts.started(), true);
  const heard: string[] = [];
  const forget = parts.onTokenRevoked((token) => void heard.push(token));
  parts.tokenRevoked('tok_A');
  forget();
  parts.tokenRevoked('tok_B');
  t.same(heard, ['tok_A']);
  parts.reschedule();
  t.equal(looks(), 1);
  t.match(await parts.metrics.render(), /ampoule_vault_sealed 0\n/);
  vault.seal(operator);
  t.match(await parts.metrics.render(), /ampoule_vault_sealed 1\n[\s\S]*ampoule_engine_reachable 0\n/);
  t.match(await parts.revokeAll(), { failed: [] });
});
