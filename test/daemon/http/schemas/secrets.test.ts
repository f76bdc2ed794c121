import t from 'tap';
import { NewSecretBody, RevealBody, SecretPatchBody, ValueBody } from '../../../../daemon/http/schemas/secrets.js';
import { wrongIn } from './fits.js';

t.test('a new secret, with everything and with little', async (t) => {
  t.same(wrongIn(NewSecretBody, { name: 'A' }), []);
  const all = {
    ...{
      name: 'A',
      value: '',
      description: '',
      tags: ['a'],
      provider: 'github',
      account: 'work',
      environment: 'staging',
    },
    ...{
      env: 'B',
      as: 'file',
      path: '/x',
      sensitive: false,
      expiresAt: '2030-01-01T00:00:00Z',
      rotateEvery: '30d',
      allowReserved: true,
    },
  };
  t.same(wrongIn(NewSecretBody, all), []);
  for (const [field, value] of Object.entries({
    name: '',
    tags: 'a',
    env: '1',
    as: 'dir',
    sensitive: 'yes',
    rotateEvery: 30,
  })) {
    t.same(wrongIn(NewSecretBody, { ...all, [field]: value }), [`/${field}`]);
  }
  t.same(wrongIn(NewSecretBody, { name: 'A', tags: Array.from({ length: 51 }, (_, n) => `t${n}`) }), ['/tags']);
});

t.test('patches may empty what they name, and cannot rename', async (t) => {
  t.same(wrongIn(SecretPatchBody, { description: null, provider: null, expiresAt: null, rotateEvery: null }), []);
  t.same(wrongIn(SecretPatchBody, { name: 'B' }), ['/name']);
  t.same(wrongIn(SecretPatchBody, { tags: null }), ['/tags']);
});

t.test('values and reasons', async (t) => {
  t.same(wrongIn(ValueBody, { value: 'x' }), []);
  t.same(wrongIn(ValueBody, { value: 1 }), ['/value']);
  t.same(wrongIn(RevealBody, { reason: '' }), ['/reason']);
});
