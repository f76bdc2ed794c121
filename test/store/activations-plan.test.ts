import t from 'tap';
import { chooseWishes } from '../../store/activations-choose.js';
import { type PlanOptions, planActivations } from '../../store/activations-plan.js';
import type { ActivationWish } from '../../store/types.js';
import { codeOf, domain, HOUR, operator, plain, refusal } from './domain-fixture.js';

async function planned(t: Parameters<typeof domain>[0], environment?: string) {
  const v = await domain(t);
  const session = v.session('dev', environment === undefined ? {} : { environment });
  const plan = (wishes: ActivationWish[], options: Partial<PlanOptions> = {}) =>
    planActivations(v.context, operator, session, chooseWishes(v.context, wishes, ''), { exact: false, ...options });
  const names = (wishes: ActivationWish[], options: Partial<PlanOptions> = {}) => {
    const { put, end } = plan(wishes, options);
    return { put: put.map(({ secret, env }) => `${secret.name}=${env}`), end: end.map(({ secret }) => secret.name) };
  };
  return { v, plan, names };
}

t.test('only what changes is put', async (t) => {
  const { v, names } = await planned(t);
  for (const name of ['A', 'B', 'C']) v.add(name);
  v.activations.activate(operator, 'dev', [{ name: 'A', as: 'X' }, { name: 'B' }]);
  t.same(names([{ name: 'A' }, { name: 'C' }]), { put: ['C=C'], end: [] });
  t.same(names([{ name: 'A', as: 'X' }]), { put: [], end: [] });
  t.same(names([{ name: 'A', as: 'Y' }]), { put: ['A=Y'], end: [] });
  t.same(names([{ name: 'A', ttl: HOUR }]), { put: ['A=X'], end: [] }, 'a new ttl is a change');
  t.same(names([{ name: 'B' }], { exact: true }), { put: [], end: ['A'] });
  t.same(names([], { exact: true }), { put: [], end: ['A', 'B'] });
});

t.test('names can be exchanged in one plan', async (t) => {
  const { v, names } = await planned(t);
  v.add('A');
  v.add('B');
  v.activations.activate(operator, 'dev', [{ name: 'A' }, { name: 'B' }]);
  t.same(
    names([
      { name: 'A', as: 'B' },
      { name: 'B', as: 'A' },
    ]).put,
    ['A=B', 'B=A'],
  );
  t.equal(
    codeOf(() => names([{ name: 'A', as: 'B' }])),
    'ENV_CONFLICT',
  );
});

t.test('times', async (t) => {
  const { v, plan } = await planned(t);
  v.add('A');
  v.add('B');
  const [a, b] = plan([{ name: 'A', ttl: HOUR }, { name: 'B' }], { ttl: 2 * HOUR }).put;
  t.equal(a?.until, v.clock.now() + HOUR, 'its own');
  t.equal(b?.until, v.clock.now() + 2 * HOUR, 'the call’s');
  t.equal(
    codeOf(() => plan([{ name: 'A', ttl: 0 }])),
    'INVALID_INPUT',
  );
  t.equal(
    codeOf(() => plan([], { ttl: -1 })),
    'INVALID_INPUT',
  );
});

t.test('what a secret needs to become active', async (t) => {
  const { v, plan } = await planned(t, 'staging');
  v.add('OLD', { expiresAt: v.clock.now() + 1 });
  v.clock.advance(1);
  t.equal(
    codeOf(() => plan([{ name: 'OLD' }])),
    'SECRET_EXPIRED',
  );
  v.add('GONE');
  v.secrets.destroyVersion(operator, 'GONE', 1);
  const gone = refusal(() => plan([{ name: 'GONE' }]));
  t.equal(gone.code, 'VERSION_NOT_FOUND');
  t.match(gone.message, /GONE has no value.*ampoule secret set GONE/);
  v.add('URL.production');
  v.add('URL.staging');
  const cross = refusal(() => plan([{ name: 'URL.production' }]));
  t.equal(cross.code, 'CROSS_ENVIRONMENT');
  t.match(cross.message, /environment production, and the session dev is of staging.*acrossEnvironments/);
  t.doesNotThrow(() => plan([{ name: 'URL.production' }], { acrossEnvironments: true }));
  t.doesNotThrow(() => plan([{ name: 'URL.staging' }]));
});

t.test('a session without an environment takes only secrets without one', async (t) => {
  const { v, plan } = await planned(t);
  v.add('URL.staging');
  t.match(refusal(() => plan([{ name: 'URL.staging' }])).message, /the session dev has none/);
});

t.test('what is active is kept without asking for it again', async (t) => {
  const { v, names } = await planned(t);
  v.add('URL.staging');
  v.activations.activate(operator, 'dev', [{ name: 'URL.staging' }], { acrossEnvironments: true });
  t.same(names([{ name: 'URL.staging' }], { exact: true }), { put: [], end: [] });
});

t.test('own names obey the rules of names', async (t) => {
  const { v, plan } = await planned(t);
  v.add('A');
  v.add('PATH', { allowReserved: true });
  t.equal(
    codeOf(() => plan([{ name: 'A', as: 'A-B' }])),
    'INVALID_INPUT',
  );
  t.equal(
    codeOf(() => plan([{ name: 'A', as: 'LD_PRELOAD' }])),
    'NAME_RESERVED',
  );
  t.doesNotThrow(() => plan([{ name: 'PATH' }]));
  t.doesNotThrow(() => plan([{ name: 'PATH', as: 'LD_PRELOAD' }]));
});

t.test('an altered value is not put', async (t) => {
  const { v, plan } = await planned(t);
  const { id } = v.add('A');
  v.secrets.setValue(operator, 'A', plain('b'));
  v.core.db.prepare("UPDATE secretVersion SET createdBy = 'x' WHERE secret = ? AND version = 2").run(id);
  t.equal(
    codeOf(() => plan([{ name: 'A' }])),
    'VALUE_UNREADABLE',
  );
});
