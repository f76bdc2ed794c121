import t from 'tap';
import { AllowanceBody, NewTokenBody, RekeyBody, SealBody, UnsealBody } from '../../../../daemon/http/schemas/vault.js';
import { wrongIn } from './fits.js';

t.test('the vault', async (t) => {
  t.same(wrongIn(UnsealBody, {}), []);
  t.same(wrongIn(UnsealBody, { passphrase: '' }), ['/passphrase']);
  t.same(wrongIn(SealBody, { revoke: 'true' }), ['/revoke']);
  t.same(wrongIn(RekeyBody, { passphrase: 'correct horse' }), []);
  t.same(wrongIn(RekeyBody, { keyFile: '/etc/ampoule/new.key' }), []);
  t.not(wrongIn(RekeyBody, { keyFile: '/k', passphrase: 'x' }).length, 0);
  t.not(wrongIn(RekeyBody, {}).length, 0);
});

t.test('tokens and what they are allowed', async (t) => {
  t.same(wrongIn(NewTokenBody, { kind: 'agent', name: 'a', session: 'dev', ttl: '1h' }), []);
  t.same(wrongIn(NewTokenBody, { kind: 'admin', name: 'a' }), ['/kind']);
  const allow = {
    ...{ secrets: ['tag:x'], environments: ['staging'], images: ['a/*'], privileges: ['sudo'], hostPaths: ['/srv'] },
    ...{ networks: ['net'], publish: ['0.0.0.0'], maxSandboxes: 0 },
  };
  t.same(wrongIn(AllowanceBody, allow), []);
  t.same(wrongIn(AllowanceBody, { ...allow, maxSandboxes: -1 }), ['/maxSandboxes']);
  t.same(wrongIn(AllowanceBody, { ...allow, image: [] }), ['/image']);
});
