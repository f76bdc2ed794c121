import t from 'tap';
import {
  assertFits,
  assertStillFits,
  type Candidate,
  LARGEST_ENVIRONMENT,
  within,
} from '../../store/activations-fit.js';
import { findSecret } from '../../store/secrets-rows.js';
import { codeOf, domain, operator, refusal } from './domain-fixture.js';

async function candidates(t: Parameters<typeof domain>[0]) {
  const v = await domain(t);
  const { id } = v.session('dev');
  const candidate = (name: string, more: Partial<Candidate> = {}): Candidate => {
    const secret = findSecret(v.context, v.add(name).id);
    return { secret, env: secret.env, fresh: true, ...more };
  };
  return { v, id, candidate };
}

t.test('two for one variable are refused, and both are named', async (t) => {
  const { v, id, candidate } = await candidates(t);
  const work = candidate('GITHUB_TOKEN@work', { fresh: false });
  const home = candidate('GITHUB_TOKEN@personal');
  const error = refusal(() => assertFits(v.context, id, [home, work]));
  t.equal(error.code, 'ENV_CONFLICT');
  t.equal(
    error.message,
    'GITHUB_TOKEN is wanted by GITHUB_TOKEN@work (active) and GITHUB_TOKEN@personal. ' +
      'Deactivate one, or activate with "as": "GITHUB_TOKEN_2" (`--as GITHUB_TOKEN_2`).',
  );
  const second = candidate('OTHER', { env: 'GITHUB_TOKEN_2' });
  t.match(refusal(() => assertFits(v.context, id, [second, work, home])).message, /`--as GITHUB_TOKEN_3`\)\.$/);
  t.doesNotThrow(() => assertFits(v.context, id, [work, { ...home, env: 'GITHUB_TOKEN_2' }]));
});

t.test('sandboxes have their own names and ceilings', async (t) => {
  const { v, id, candidate } = await candidates(t);
  const a = candidate('A');
  const b = candidate('B');
  const named = { name: 'box', only: null, as: { B: 'A' }, delivery: 'env' } as const;
  const error = refusal(() => assertFits(v.context, id, [a, b], [named]));
  t.equal(error.code, 'ENV_CONFLICT');
  t.match(error.message, /A and B in the sandbox box/);
  t.doesNotThrow(() => assertFits(v.context, id, [a, b], [{ ...named, only: ['B'] }]));
  t.same(
    within({ name: 'box', only: ['B'], as: { B: 'X' }, delivery: 'env' }, [a, b]).map(({ env }) => env),
    ['X'],
  );
  v.box('dev', { as: { B: 'A' } });
  t.equal(
    codeOf(() => assertFits(v.context, id, [a, b])),
    'ENV_CONFLICT',
    'live ones are looked at',
  );
});

t.test('sizes', async (t) => {
  const { v, id, candidate } = await candidates(t);
  const big = Array.from({ length: 9 }, (_, i) => candidate(`BIG_${i}`));
  for (const one of big) one.secret.size = Math.floor(LARGEST_ENVIRONMENT / 9) - 7;
  t.doesNotThrow(() => assertFits(v.context, id, big));
  for (const one of big) one.secret.size += 1;
  const error = refusal(() => assertFits(v.context, id, big));
  t.equal(error.code, 'ENV_TOO_LARGE');
  t.match(error.message, /would take 10485\d\d bytes; a process can hold 1048576\. Choose fewer/);
  const held = big.map((one, i) => ({ ...one, fresh: i > 3, secret: { ...one.secret, size: one.secret.size + i } }));
  t.match(
    refusal(() => assertFits(v.context, id, held)).message,
    /`ampoule deactivate BIG_3`/,
    'the largest active one',
  );
  const long = candidate('LONG');
  long.secret.size = 131_000;
  t.doesNotThrow(() => assertFits(v.context, id, [long]));
  t.equal(
    codeOf(() => assertFits(v.context, id, [{ ...long, env: 'L'.repeat(100) }])),
    'VALUE_TOO_LARGE',
  );
});

t.test('what is active is looked at as it stands', async (t) => {
  const { v, id } = await candidates(t);
  v.add('KEY');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  t.doesNotThrow(() => assertStillFits(v.context, id));
  v.core.db.prepare('UPDATE secretVersion SET size = 200000').run();
  t.equal(
    codeOf(() => assertStillFits(v.context, id)),
    'VALUE_TOO_LARGE',
  );
});
