import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import t from 'tap';
import { must } from '../engine/command.js';
import { startDaemon } from '../engine/daemon.js';
import { patternsOf } from '../engine/forms.js';
import { inProcesses } from '../engine/observer.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { converged, differences } from './world.js';

/** Of this run alone, for the look at processes goes over the whole machine. */
const CANARY = `canary-full-${process.pid}-${Date.now()}`;

/** Writes into `file` until the file system has no byte left. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      const block = Buffer.alloc(size, 1);
      try {
        for (;;) writeSync(descriptor, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

t.test('a vault on a file system that is really full', { timeout: 600_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  const dir = mkdtempSync('/tmp/af-');
  const disk = `${dir}/data`;
  mkdirSync(disk);
  await must('truncate', ['-s', '192M', `${dir}/disk.img`]);
  await must('mkfs.ext4', ['-q', '-m', '0', `${dir}/disk.img`]);
  await must('mount', ['-o', 'loop', `${dir}/disk.img`, disk]);
  t.teardown(async () => {
    await must('umount', [disk]);
    rmSync(dir, { recursive: true, force: true });
  });
  const env = { AMPOULE_DATA_DIR: `${disk}/vault` };
  let daemon = await startDaemon({ engine, dir, env });
  t.teardown(() => daemon.stop());
  const { id: vault } = await daemon.ok('GET', '/v1/vault');
  const names = ['KEY_0', 'KEY_1'];
  for (const name of names) await daemon.ok('POST', '/v1/secrets', { name, value: `${CANARY}-${name}` });
  for (const name of names) {
    await daemon.ok('POST', '/v1/sandboxes?wait=60s', {
      ...{ name: `box-${name.at(-1)}`, session: { name: `s-${name.at(-1)}`, idle: 'never' }, secrets: [{ name }] },
      ...{ network: 'none', delivery: 'env', idle: 'never', grace: '0s' },
    });
  }
  const look = (boxes: [string, string[]][]) => () =>
    differences(
      engine.dockerHost,
      vault,
      new Map(boxes.map(([box, has]) => [box, new Map(has.map((name) => [name, `${CANARY}-${name}`]))])),
      (name) => names.includes(name),
    );
  const both: [string, string[]][] = [
    ['box-0', ['KEY_0']],
    ['box-1', ['KEY_1']],
  ];
  t.same(await converged(look(both), 60_000), [], 'before');
  t.ok(holders(`${CANARY}-KEY_1`).length > 0, 'the same look sees who holds a value');

  fill(`${disk}/filler`);
  const refused = await daemon.api('POST', '/v1/secrets', { name: 'KEY_NEW', value: 'no room' });
  t.equal(refused.status, 507, 'a new secret is refused');
  t.equal(refused.body.code, 'DISK_FULL');

  const first = await daemon.api('DELETE', '/v1/sessions/s-0/secrets/KEY_0?wait=30s');
  t.equal(first.status, 200, `the ballast makes room for a revocation: ${first.bytes}`);
  t.same(holders(`${CANARY}-KEY_0`), [], 'in effect');

  fill(`${disk}/filler2`);
  let answer = first;
  for (let n = 0; n < 50 && answer.status !== 507; n++) {
    // What room is left goes with each try; the last one cannot be recorded.
    await daemon.api('PUT', '/v1/sessions/s-0/secrets/KEY_0?wait=0', {});
    fill(`${disk}/filler3-${n}`);
    answer = await daemon.api('DELETE', '/v1/sessions/s-1/secrets/KEY_1?wait=30s');
    if (answer.status === 200) await daemon.api('PUT', '/v1/sessions/s-1/secrets/KEY_1?wait=30s', {});
  }
  t.equal(answer.status, 507, 'no byte is left');
  t.equal(answer.body.code, 'REVOKED_NOT_RECORDED', 'it says that the revocation is in effect and not recorded');
  t.same(holders(`${CANARY}-KEY_1`), [], 'and it is in effect');

  await daemon.kill9();
  daemon = await startDaemon({ engine, dir, env, wait: 'alive' });
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  t.same(holders(`${CANARY}-KEY_1`), [], 'also after a restart: the tombstone is honoured');

  t.ok(holders(CANARY).length === 0, 'no value is held by anybody');
  for (const file of ['filler', 'filler2']) rmSync(`${disk}/${file}`);
  await until('it being recorded by itself, with room again', async () => {
    const table = await daemon.api('GET', '/v1/sessions/s-1/secrets');
    return table.status === 200 && table.body.items.every((row: { active: boolean }) => !row.active);
  });
  t.equal((await daemon.api('GET', '/v1/audit/verify')).body.ok, true, 'the audit chain holds');

  t.same(
    await converged(
      look([
        ['box-0', []],
        ['box-1', []],
      ]),
      60_000,
    ),
    [],
    'and the sandboxes run without what was revoked',
  );
});

/** Processes that have the value in their environment or arguments. */
function holders(value: string): string[] {
  return inProcesses(patternsOf(value, value)).map((sighting) => sighting.where);
}
