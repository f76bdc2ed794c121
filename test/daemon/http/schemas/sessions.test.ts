import t from 'tap';
import {
  ActivateBody,
  GroupActivateBody,
  GroupDeactivateBody,
  NewSessionBody,
  SessionPatchBody,
  SetBody,
} from '../../../../daemon/http/schemas/sessions.js';
import { wrongIn } from './fits.js';

t.test('sessions', async (t) => {
  t.same(wrongIn(NewSessionBody, {}), []);
  t.same(
    wrongIn(NewSessionBody, {
      name: 'a',
      environment: 'b',
      ttl: '1h',
      idle: 'never',
      onResume: 'restore',
      delivery: 'env',
    }),
    [],
  );
  t.same(wrongIn(NewSessionBody, { onResume: 'always', delivery: 'disk' }).sort(), ['/delivery', '/onResume']);
  t.same(wrongIn(SessionPatchBody, { environment: 'b' }), ['/environment'], 'an environment stays');
});

t.test('activations', async (t) => {
  t.same(wrongIn(ActivateBody, { as: 'A', ttl: '20m', acrossEnvironments: true }), []);
  t.same(wrongIn(SetBody, { active: ['A', { name: 'B', as: 'C', ttl: '1m' }] }), []);
  t.same(wrongIn(SetBody, { active: ['A', 1] }), ['/active/1']);
  t.same(wrongIn(SetBody, { active: [{ name: 'A', ttl: 5 }] }), ['/active/0/ttl']);
  t.same(wrongIn(GroupActivateBody, { names: ['A'], ttl: '1h' }), []);
  t.same(wrongIn(GroupActivateBody, { names: [] }), ['/names']);
  t.same(wrongIn(GroupDeactivateBody, { all: true }), []);
  t.same(wrongIn(GroupDeactivateBody, { all: false }), ['/all']);
  t.same(wrongIn(GroupDeactivateBody, { ttl: '1h' }), ['/ttl']);
});
