import t from 'tap';
import { ledgerOver } from '../../daemon/ledger.js';
import { redactorsFor } from '../../daemon/redaction.js';
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

t.test('while sealed nothing passes', async (t) => {
  const fixture = await testVault(t);
  const id = fixture.sandbox('box');
  fixture.vault.seal(operator);
  t.throws(() => redactorsFor(fixture.vault, id), { code: 'VAULT_SEALED' });
});
