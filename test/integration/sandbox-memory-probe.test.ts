/** The probe on a real engine: that memory works, and each way in which it does not. */

import { chmodSync, copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { connectEngine, type InitPlace, probeMemory } from '../../sandbox/index.js';
import { sharedEngine } from '../engine/shared.js';
import { makePlace } from './memory-world.js';

const engine = await sharedEngine();
t.teardown(() => engine.done());
const docker = connectEngine({ host: engine.dockerHost });
let vaults = 0;
const probe = (place: InitPlace, timeoutMs?: number) => {
  vaults += 1;
  return probeMemory({ engine: docker, place, vault: `vlt_probe${vaults}`, ...(timeoutMs ? { timeoutMs } : {}) });
};
/** What our probes left; other tests have daemons of theirs on this engine, and those probe too. */
const left = async () => {
  const ours = Array.from({ length: vaults }, (_, n) => docker.list([`dev.ampoule.probe=vlt_probe${n + 1}`]));
  return (await Promise.all(ours)).flat();
};

t.test('it works, with and without a look at peers, and leaves nothing', async (t) => {
  const place = await makePlace(t);
  t.match(await probe(place), { works: true, version: /.+/ });
  t.match(await probe({ ...place, peer: null }), { works: true });
  t.same(await left(), []);
  t.same([...readdirSync(join(place.runDir, 'sandboxes')), ...readdirSync(join(place.runDir, 'resume'))], []);
});

t.test('what a killed daemon left of it goes, and nothing of anybody else', async (t) => {
  const place = await makePlace(t);
  const image = await engine.importBusybox();
  const make = (vault: string) =>
    engine.docker('create', '--label', `dev.ampoule.probe=${vault}`, image, 'sh').then((id) => id.trim());
  const ours = await make(`vlt_probe${vaults + 1}`);
  const others = await make('vlt_other');
  t.teardown(() => engine.docker('rm', '-f', others));
  t.match(await probe(place), { works: true });
  t.equal(await docker.inspect(ours), null);
  t.ok(await docker.inspect(others));
});

t.test('what does not work is said, with what to do', async (t) => {
  const place = await makePlace(t);
  const elsewhere = await probe({ ...place, hostRunDir: '/nowhere' });
  t.match(elsewhere, { works: false, reason: /ampoule-init was tried.*mkdir|Docker did not do it/ });
  const broken = join(place.runDir, 'broken');
  copyFileSync('/bin/true', broken);
  chmodSync(broken, 0o755);
  t.match(await probe({ ...place, init: broken }), {
    works: false,
    reason: /its program (ended|did not connect)|did not do it/,
  });
  t.match(await probe({ ...place, peer: '/bin/false' }), { works: false, reason: /refused \(wrong_peer\)/ });
  t.match(await probe(place, 1), { works: false, reason: /no answer in time/ });
  const away = connectEngine({ host: 'unix:///nowhere.sock' });
  t.match(await probeMemory({ engine: away, place, vault: 'vlt_away' }), {
    works: false,
    reason: /systemctl start docker/,
  });
});
