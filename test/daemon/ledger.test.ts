import t from 'tap';
import { holderLog } from '../../daemon/holders.js';
import { ledgerOver } from '../../daemon/ledger.js';
import { containerMac } from '../../daemon/wish.js';
import { operator, testVault } from './vault-fixture.js';

t.test('a container’s life is kept in the vault', async (t) => {
  const { vault, secret, sandbox } = await testVault(t);
  const { id: held } = secret('A', 'value-one');
  const id = sandbox('box', ['A']);
  const ledger = ledgerOver(vault);
  const row = ledger.intend({
    sandbox: id,
    role: 'current',
    epoch: 1,
    generation: 2,
    envMac: 'ab',
    holds: [{ env: 'A', secret: held, version: 1 }],
  });
  t.match(row.nonce, /^[0-9a-f]{32}$/);
  t.match(row, { sandbox: id, dockerId: null, holds: [{ env: 'A', secret: held, version: 1 }] });
  ledger.created(row.id, 'dock', 'busybox@sha256:1');
  ledger.starting(row.id);
  t.match(vault.containers.exposures({ sandbox: id }), [{ secret: held, version: 1, until: null }]);
  ledger.started(row.id, { pid: 7, pidStart: '99', bootId: 'boot' });
  ledger.role(row.id, 'old');
  ledger.generation(row.id, 1, 5);
  t.match(ledger.rows(id), [{ dockerId: 'dock', pid: 7, pidStart: '99', role: 'old', generation: 5, epoch: 1 }]);
  ledger.stopped(row.id);
  t.equal(ledger.rows(id)[0]?.pid, null);
  ledger.ended(row.id);
  t.same(ledger.rows(id), []);
  t.not(vault.containers.exposures({ sandbox: id })[0]?.until, null);
  ledger.keepPorts(id, [{ container: 80, protocol: 'tcp', host: 40_000, ip: '127.0.0.1' }]);
  t.match(vault.sandboxes.get(operator, id).settings.ports, [{ host: 40_000 }]);
  t.same(ledger.rows('not-a-sandbox'), []);
});

t.test('what is ours: a committed nonce or our MAC, never a copy of labels', async (t) => {
  const { vault, sandbox } = await testVault(t);
  const id = sandbox('box');
  const ledger = ledgerOver(vault);
  const row = ledger.intend({ sandbox: id, role: 'current', epoch: 1, generation: 1, envMac: 'ab', holds: [] });
  const labels = { vault: vault.id, epoch: 1, sandbox: id, nonce: row.nonce, mac: '' };
  t.equal(ledger.ours(labels, 'dock'), true, 'by its nonce');
  t.equal(ledger.ours({ ...labels, vault: 'vlt_other' }, 'dock'), false, "another vault's");
  t.equal(ledger.ours({ ...labels, nonce: '00' }, 'dock'), false, 'a nonce that nobody committed');
  ledger.created(row.id, 'dock', null);
  t.equal(ledger.ours(labels, 'dock'), true);
  const mac = containerMac(vault, labels);
  t.equal(ledger.ours({ ...labels, mac }, 'copy'), false, 'labels and MAC copied onto another container');

  const forgotten = { ...labels, nonce: 'ff'.repeat(16) };
  const signed = { ...forgotten, mac: containerMac(vault, forgotten) };
  t.equal(ledger.ours(signed, 'x'), true, 'by its MAC, after a restore took its row away');
  t.equal(ledger.ours({ ...signed, epoch: 2 }, 'x'), false);
  t.equal(ledger.ours({ ...signed, mac: `${signed.mac.slice(0, -1)}x` }, 'x'), false);
  vault.seal(operator);
  t.equal(ledger.ours(signed, 'x'), false, 'while sealed nobody can tell');
  t.equal(ledger.ours(labels, 'dock'), true, 'a nonce can be told without a key');
});

t.test('what goes to a running container, and who in it holds it, is kept as well', async (t) => {
  const { vault, secret, sandbox } = await testVault(t);
  const { id: held } = secret('A', 'value-one');
  const id = sandbox('box', ['A'], { delivery: 'memory' });
  const holders = holderLog(vault.containers);
  const ledger = ledgerOver(vault, holders);
  const row = ledger.intend({ sandbox: id, role: 'current', epoch: 1, generation: 1, envMac: 'ab', holds: [] });
  ledger.starting(row.id);
  const holds = [{ env: 'A', secret: held, version: 1 }];
  await ledger.delivering(row.id, holds);
  await ledger.delivered(row.id, { epoch: 1, generation: 4 }, holds);
  t.match(ledger.rows(id), [{ generation: 4, holds }]);
  t.match(vault.containers.exposures({ sandbox: id }), [{ secret: held, version: 1, until: null }]);
  const process = { row: row.id, kind: 'command', pid: 9, program: 'sh', since: 1 } as const;
  ledger.holderBegan({ ...process, id: 'exe_A', holds });
  ledger.holderBegan({ ...process, id: 'exe_B', holds });
  ledger.holderBegan({ ...process, id: 'exe_none', holds: [] });
  ledger.holderEnded(row.id, 'exe_A');
  t.same(vault.containers.holdersOf(id), [], 'collected');
  holders.flush();
  const seen = () => vault.containers.holdersOf(id).map(({ holder, until }) => [holder, until === null]);
  t.same(
    seen(),
    [
      ['exe_A', false],
      ['exe_B', true],
    ],
    'who holds nothing is not in it',
  );
  ledger.stopped(row.id);
  t.same(seen(), [
    ['exe_A', false],
    ['exe_B', false],
  ]);
});
