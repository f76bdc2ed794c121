import t from 'tap';
import { goesByEnv } from '../../store/activations-deliver.js';
import { findSecret } from '../../store/secrets-rows.js';
import { codeOf, domain, operator, refusal } from './domain-fixture.js';

const BYTES = Uint8Array.of(0xc3, 0x28);

async function prepared(t: Parameters<typeof domain>[0]) {
  const v = await domain(t);
  v.session('dev');
  v.add('FILE', { as: 'file' });
  v.secrets.create(operator, { name: 'BYTES' }, { plain: BYTES });
  const activate = (name: string) => v.activations.activate(operator, 'dev', [{ name }]);
  return { v, activate };
}

t.test('files and bytes that are no UTF-8 may be active where no sandbox has them by env', async (t) => {
  const { v, activate } = await prepared(t);
  v.box('dev', { delivery: 'memory' });
  v.box('dev', { delivery: 'env', only: ['OTHER'] });
  activate('FILE');
  activate('BYTES');
  t.match(
    v.activations.table(operator, 'dev').items.map(({ name, active }) => [name, active]),
    [
      ['BYTES', true],
      ['FILE', true],
    ],
  );
  v.secrets.setValue(operator, 'BYTES', { plain: Uint8Array.of(0xff) });
});

t.test('a sandbox that has them by env refuses them, whichever comes first', async (t) => {
  const { v, activate } = await prepared(t);
  const { sandbox } = v.box('dev', { name: 'box', delivery: 'env' });
  const file = refusal(() => activate('FILE'));
  t.equal(file.code, 'DELIVERY_UNAVAILABLE');
  t.match(file.message, /FILE is a file.*sandbox box has delivery "env".*memory/);
  t.equal(
    codeOf(() => activate('BYTES')),
    'VALUE_NOT_UTF8',
  );
  v.sandboxes.end(operator, sandbox.id);
  for (const [name, code] of [
    ['FILE', 'DELIVERY_UNAVAILABLE'],
    ['BYTES', 'VALUE_NOT_UTF8'],
  ] as const) {
    activate(name);
    t.equal(
      codeOf(() => v.box('dev', { delivery: 'env' })),
      code,
    );
    t.doesNotThrow(() => v.box('dev', { delivery: 'env', only: ['OTHER'] }), 'out of its ceiling');
    t.doesNotThrow(() => v.box('dev', { delivery: 'memory' }));
    v.activations.deactivate(operator, 'dev', { names: [name] });
  }
});

t.test('what an env sandbox already has does not stand in the way of something else', async (t) => {
  const { v, activate } = await prepared(t);
  v.add('KEY');
  v.add('MORE');
  const { id } = v.sessions.get(operator, 'dev');
  v.box('dev', { delivery: 'env', only: ['KEY', 'MORE'], secrets: [{ name: 'KEY' }] });
  t.doesNotThrow(() => activate('MORE'));
  t.equal(goesByEnv(v.context, id, findSecret(v.context, 'KEY')), true);
  t.equal(goesByEnv(v.context, id, findSecret(v.context, 'BYTES')), false);
  t.equal(
    codeOf(() => v.secrets.setValue(operator, 'KEY', { plain: BYTES })),
    'VALUE_NOT_UTF8',
  );
});
