/** An agent's ask and a person's answer, with the real daemon, killed in between and within, and a real sandbox. */

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openDatabase } from '../../store/database.js';
import { startDaemon, type TestDaemon } from '../engine/daemon.js';
import { patternsOf } from '../engine/forms.js';
import { inProcesses } from '../engine/observer.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { launch, set } from '../faults/memory-world.js';

t.setTimeout(600_000);
const engine = await sharedEngine();
await engine.importBusybox();
t.teardown(() => engine.done());
const names = { one: `ask${process.pid}`, two: `rot${process.pid}` };

async function directory(t: Test): Promise<string> {
  const dir = mkdtempSync('/tmp/aq-');
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
const start = (dir: string, failpoint = ''): Promise<TestDaemon> =>
  startDaemon({
    ...{ engine, dir, build: 'dist-test' },
    env: { AMPOULE_DELIVERY: 'memory', AMPOULE_FAILPOINTS: failpoint },
  });
/** Its time to be decided on is over, as after a day. */
function passTime(dir: string, request: string): void {
  const vault = openDatabase(join(dir, 'data', 'vault.db'));
  t.equal(vault.prepare('UPDATE request SET expiresAt = 1 WHERE id = ?').run(request).changes, 1);
  vault.close();
}
const values = async (daemon: TestDaemon, box: string): Promise<string> =>
  (await daemon.ok('POST', `/v1/sandboxes/${box}/exec`, { command: 'env', masking: false })).stdout;

t.test('asked, killed, approved in part, and in effect', async (t) => {
  const dir = await directory(t);
  let daemon = await start(dir);
  t.teardown(() => daemon.remove());
  const value = (name: string) => `canary-${name}-${process.pid}`;
  for (const name of ['A_KEY', 'B_KEY']) await daemon.ok('POST', '/v1/secrets', { name, value: value(name) });
  const box = await launch(daemon, engine, names.one);
  const { token } = await daemon.ok('POST', '/v1/tokens', { kind: 'agent', name: 'agent', session: box.session });
  const ask = { names: ['A_KEY', 'B_KEY'], reason: 'to deploy' };
  const asked = await daemon.api('POST', `/v1/sessions/${box.session}/requests`, ask, { token });
  t.equal(asked.status, 201);
  const { id } = asked.body;
  const late = (await daemon.ok('POST', `/v1/sessions/${box.session}/requests`, { names: ['B_KEY'], reason: 'r' })).id;

  await daemon.kill9();
  passTime(dir, late);
  daemon = await start(dir, 'request.approve:recorded=kill@1');
  t.match(await daemon.ok('GET', '/v1/requests?state=pending'), { items: [{ id, askedBy: 'agent:agent' }] });
  t.match(await daemon.ok('GET', `/v1/requests/${late}`), { state: 'expired', decidedBy: 'daemon' });
  t.match((await daemon.ok('GET', '/v1/audit?action=request.expire')).items, [{ caller: 'daemon', target: late }]);
  t.equal((await daemon.api('POST', `/v1/requests/${id}/approve`, {}, { token })).status, 403, 'not by who asked');
  const refused = (await daemon.ok('GET', '/v1/audit?limit=200')).items.filter(
    (one: { outcome: string }) => one.outcome === 'refused',
  );
  t.match(refused, [{ caller: 'agent:agent', action: 'route.refuse' }]);
  const approval = { names: ['A_KEY'], ttl: '10m' };
  await daemon.api('POST', `/v1/requests/${id}/approve`, approval).catch(() => {});
  t.match(await daemon.ended, { signal: 'SIGKILL' }, 'killed before it was committed');

  daemon = await start(dir, 'request.approve:committed=kill@1');
  t.equal((await daemon.ok('GET', `/v1/requests/${id}`)).state, 'pending', 'nothing of it was done');
  t.notMatch(await values(daemon, box.name), /canary/);
  await daemon.api('POST', `/v1/requests/${id}/approve`, { names: ['A_KEY'], ttl: '10m' }).catch(() => {});
  t.match(await daemon.ended, { signal: 'SIGKILL' }, 'killed before it was told');

  daemon = await start(dir);
  t.match(await daemon.ok('GET', `/v1/requests/${id}`), {
    ...{ state: 'approved', decidedBy: /^operator:/, grantedTtl: '10m' },
    secrets: [{ granted: true }, { granted: false }],
  });
  await until('it in effect', async () => (await values(daemon, box.name)).includes(value('A_KEY')));
  t.notMatch(await values(daemon, box.name), value('B_KEY'));
  t.match((await daemon.ok('GET', '/v1/audit?action=request.approve')).items, [
    { caller: /^operator:/, target: id, detail: { askedBy: 'agent:agent', activate: ['A_KEY'], left: ['B_KEY'] } },
  ]);
  t.match((await daemon.ok('GET', '/v1/secrets/A_KEY/usage')).items.at(-1), {
    requestId: id,
    confirmedBy: /^operator:/,
  });

  // Whoever asked waits, has it as soon as it is said, and only for the time that was granted.
  const asAgent = { token, withinMs: 70_000 };
  const again = { names: ['B_KEY'], reason: `with "${value('A_KEY')}" I get 401` };
  const more = (await daemon.ok('POST', `/v1/sessions/${box.session}/requests`, again, asAgent)).id;
  t.equal((await daemon.ok('GET', `/v1/requests/${more}`)).reason, 'with "[redacted:A_KEY]" I get 401');
  const waiting = daemon.ok('GET', `/v1/requests/${more}?wait=60s`, undefined, asAgent);
  await daemon.ok('POST', `/v1/requests/${more}/approve`, { ttl: '4s' });
  t.match(await waiting, { state: 'approved', grantedTtl: '4s' });
  const command = { command: '[ -n "$B_KEY" ] && echo there' };
  const seen = await daemon.ok('POST', `/v1/sandboxes/${box.name}/exec`, command, asAgent);
  t.equal(seen.stdout, 'there\n');
  await until('its time to be over', async () => !(await values(daemon, box.name)).includes(value('B_KEY')));
  t.match(await values(daemon, box.name), value('A_KEY'));

  const last = (await daemon.ok('POST', `/v1/sessions/${box.session}/requests`, again, asAgent)).id;
  const unanswered = daemon.ok('GET', `/v1/requests/${last}?wait=60s`, undefined, asAgent);
  await daemon.ok('DELETE', `/v1/sessions/${box.session}?wait=30s&workspace=delete`);
  t.match(await unanswered, { state: 'expired', answer: 'The session ended.' });
  await daemon.remove();
});

t.test('a rotation under a running workload: who keeps the old value, and who does not', async (t) => {
  const daemon = await start(await directory(t));
  const value = (n: number) => `canary-rotated-${n}-${process.pid}`;
  await daemon.ok('POST', '/v1/secrets', { name: 'A_KEY', value: value(1) });
  const box = await launch(daemon, engine, names.two);
  await set(daemon, box, 'A_KEY', true);
  const holders = (n: number) => inProcesses(patternsOf('A_KEY', value(n))).length;
  const work = { command: 'while :; do sleep 1; done', detach: true };
  await daemon.ok('POST', `/v1/sandboxes/${box.name}/exec`, work);
  await until('it running', () => holders(1) > 0);
  const kept = await daemon.ok('PUT', '/v1/secrets/A_KEY/value?wait=30s', { value: value(2) });
  t.match(kept.notices.join(), new RegExp(`Processes that run in ${box.name} keep an older value of A_KEY`));
  t.match(await values(daemon, box.name), value(2), 'a new command has the new value');
  t.ok(holders(1) > 0, 'what runs keeps the old one');
  const ended = await daemon.ok('PUT', '/v1/secrets/A_KEY/value?wait=30s&revoke=true', { value: value(3) });
  t.match(ended.sandboxes, [{ state: 'applied' }]);
  t.equal(holders(1), 0, 'with the answer, nobody has it');
  t.match(await values(daemon, box.name), value(3));
  const back = await daemon.ok('POST', '/v1/secrets/A_KEY/rollback?wait=30s', { version: 2 });
  t.equal(back.version, 4);
  t.match(await values(daemon, box.name), value(2));
  const { items } = await daemon.ok('GET', '/v1/secrets/A_KEY/usage?limit=200');
  for (const version of [1, 2, 3, 4])
    t.ok(
      items.some((one: { version: number; holder: unknown }) => one.version === version && one.holder === null),
      `version ${version}`,
    );
  t.ok(
    items.some((one: { holder: { program: string } | null }) => one.holder !== null),
    'and processes',
  );
  await daemon.ok('DELETE', `/v1/sessions/${box.session}?wait=30s&workspace=delete`);
  await daemon.remove();
});
