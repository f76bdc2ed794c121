import t from 'tap';
import { ledgerOver } from '../../daemon/ledger.js';
import { redactAll, redactorsFor } from '../../daemon/redaction.js';
import type { SandboxId } from '../../store/index.js';
import { operator, testVault } from './vault-fixture.js';

type Fixture = Awaited<ReturnType<typeof testVault>>;

function redacted({ vault }: Fixture, sandbox: SandboxId, text: string): string {
  const { stdout, stderr } = redactorsFor(vault, sandbox);
  const out = Buffer.concat([stdout.push(Buffer.from(text)), stdout.end()]).toString();
  stderr.end();
  return out;
}

t.test('active secrets are replaced, variables are not', async (t) => {
  const fixture = await testVault(t);
  fixture.secret('TOKEN', 'long-secret-value');
  fixture.secret('AWS_REGION', 'eu-central-1', false);
  fixture.secret('FOREIGN', 'never-given-value');
  const id = fixture.sandbox('box', ['TOKEN', 'AWS_REGION']);
  t.equal(
    redacted(fixture, id, 'a long-secret-value in eu-central-1, never-given-value'),
    'a [redacted:TOKEN] in eu-central-1, never-given-value',
  );
});

t.test('a version that a container still holds is replaced as long as it does', async (t) => {
  const fixture = await testVault(t);
  const { vault } = fixture;
  const { id: secret } = fixture.secret('TOKEN', 'the-first-value');
  const id = fixture.sandbox('box', ['TOKEN']);
  const ledger = ledgerOver(vault);
  const holds = [{ env: 'TOKEN', secret, version: 1 }];
  const row = ledger.intend({ sandbox: id, role: 'current', epoch: 1, generation: 1, envMac: 'ab', holds });
  vault.secrets.setValue(operator, 'TOKEN', { plain: Buffer.from('the-second-value') });
  t.equal(redacted(fixture, id, 'the-first-value the-second-value'), '[redacted:TOKEN] [redacted:TOKEN]');
  ledger.ended(row.id);
  t.equal(redacted(fixture, id, 'the-first-value the-second-value'), 'the-first-value [redacted:TOKEN]');
});

t.test('a stream that runs learns what is activated meanwhile', async (t) => {
  const fixture = await testVault(t);
  const { vault } = fixture;
  fixture.secret('TOKEN', 'the-first-value');
  fixture.secret('LATER', 'the-later-value');
  const id = fixture.sandbox('box', ['TOKEN']);
  const session = vault.sandboxes.get(operator, id).session;
  const { stdout, stderr } = redactorsFor(vault, id);
  const passed: string[] = [];
  const push = (text: string): void => void passed.push(Buffer.from(stdout.push(Buffer.from(text))).toString());
  push('the-first-value the-later-value ');
  vault.activations.activate(operator, session, [{ name: 'LATER' }]);
  push('the-later-');
  push('value ');
  vault.secrets.setValue(operator, 'TOKEN', { plain: Buffer.from('the-second-value') });
  push('the-second-value the-first-value ');
  vault.activations.deactivate(operator, session, { names: ['LATER'] });
  push('the-later-value ');
  vault.seal(operator);
  push('the-first-value');
  passed.push(Buffer.from(stdout.end()).toString());
  stderr.end();
  t.equal(
    passed.join(''),
    '[redacted:TOKEN] the-later-value [redacted:LATER] [redacted:TOKEN] [redacted:TOKEN] [redacted:LATER] [redacted:TOKEN]',
  );
});

t.test('what cannot be read any more does not pass either', async (t) => {
  const fixture = await testVault(t);
  const { vault } = fixture;
  fixture.secret('LATER', 'the-later-value');
  const id = fixture.sandbox('box');
  const { stdout, stderr } = redactorsFor(vault, id);
  vault.activations.activate(operator, vault.sandboxes.get(operator, id).session, [{ name: 'LATER' }]);
  vault.seal(operator);
  t.throws(() => stdout.push(Buffer.from('the-later-value')), { code: 'VAULT_SEALED' });
  stdout.end();
  stderr.end();
});

t.test('output that is whole', async (t) => {
  const fixture = await testVault(t);
  fixture.secret('TOKEN', 'long-secret-value');
  const id = fixture.sandbox('box', ['TOKEN']);
  const output = [
    { stream: 'stdout' as const, data: Buffer.from('out long-sec') },
    { stream: 'stderr' as const, data: Buffer.from('err long-') },
    { stream: 'stdout' as const, data: Buffer.from('ret-value end long-') },
  ];
  const text = (stream: string) =>
    redactAll(fixture.vault, id, output)
      .filter((part) => part.stream === stream)
      .map(({ data }) => Buffer.from(data).toString())
      .join('');
  t.equal(text('stdout'), 'out [redacted:TOKEN] end long-');
  t.equal(text('stderr'), 'err long-');
});

t.test('output that may have a destroyed value does not pass as a whole', async (t) => {
  const fixture = await testVault(t);
  const { vault } = fixture;
  const { id: secret } = fixture.secret('TOKEN', 'the-first-value');
  const id = fixture.sandbox('box', ['TOKEN']);
  const holds = [{ env: 'TOKEN', secret, version: 1 }];
  ledgerOver(vault).intend({ sandbox: id, role: 'current', epoch: 1, generation: 1, envMac: 'ab', holds });
  vault.secrets.setValue(operator, 'TOKEN', { plain: Buffer.from('the-second-value') });
  const output = [{ stream: 'stdout' as const, data: Buffer.from('the-first-value') }];
  t.equal(Buffer.from(redactAll(vault, id, output)[0]?.data ?? []).toString(), '[redacted:TOKEN]');
  vault.secrets.destroyVersion(operator, 'TOKEN', 1);
  t.throws(() => redactAll(vault, id, output), { code: 'VAULT_SEALED' });
});

t.test('while sealed nothing passes', async (t) => {
  const fixture = await testVault(t);
  const id = fixture.sandbox('box');
  fixture.vault.seal(operator);
  t.throws(() => redactAll(fixture.vault, id, []), { code: 'VAULT_SEALED' });
  t.throws(() => redactorsFor(fixture.vault, id), { code: 'VAULT_SEALED' });
});
