import fc from 'fast-check';
import t from 'tap';
import {
  ACCOUNT,
  accountProblem,
  assertName,
  assertNotReserved,
  environmentProblem,
  formatSecretName,
  parseSecretName,
  readSecretName,
  slugAccount,
  variableProblem,
} from '../../store/names.js';
import { codeOf, refusal } from './domain-fixture.js';

const variable = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,20}$/);
const account = fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/));
const environment = fc.option(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/));

t.test('a secret name is taken apart and put together again', async (t) => {
  t.same(parseSecretName('GITHUB_TOKEN@work'), { variable: 'GITHUB_TOKEN', account: 'work', environment: null });
  t.same(parseSecretName('DATABASE_URL.staging'), {
    variable: 'DATABASE_URL',
    account: null,
    environment: 'staging',
  });
  t.same(parseSecretName('A@b-c.prod-1'), { variable: 'A', account: 'b-c', environment: 'prod-1' });
  fc.assert(
    fc.property(variable, account, environment, (variable, account, environment) => {
      const read = parseSecretName(formatSecretName({ variable, account, environment }));
      return read.variable === variable && read.account === account && read.environment === environment;
    }),
    { numRuns: 200 },
  );
});

t.test('any text is either read whole or refused with a reason', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Z@.a-z0-9_-]{0,12}$/)), (text) => {
      const { name, problems } = readSecretName(text, '/name');
      if (name === null) return problems.length > 0 && problems.every(({ pointer }) => pointer === '/name');
      return problems.length === 0 && formatSecretName(name) === text;
    }),
    { numRuns: 500 },
  );
  t.pass('500 texts');
});

t.test('what is wrong with a name is said precisely', async (t) => {
  t.match(variableProblem('9X'), /begins with a digit/);
  t.match(variableProblem(''), /empty/);
  t.match(variableProblem('A'.repeat(129)), /129 characters/);
  t.match(variableProblem('A-B'), /only letters/);
  t.equal(variableProblem('A'.repeat(128)), null);
  t.match(accountProblem('Jane.Doe'), /write "jane-doe"/);
  t.match(environmentProblem('1st'), /beginning with a letter/);
  const problem = refusal(() => parseSecretName('A-B@Work.9'));
  t.equal(problem.code, 'INVALID_INPUT');
  t.equal(problem.problems.length, 3);
  t.match(problem.message, /VARIABLE\[@account\]\[\.environment\]/);
  t.match(refusal(() => parseSecretName('sec_A')).message, /only ids do/);
  t.match(refusal(() => parseSecretName('A@')).message, /no account/);
  t.match(refusal(() => parseSecretName('A.')).message, /no environment/);
});

t.test('accounts are slugged', async (t) => {
  t.equal(slugAccount('Jane.Doe@acme.com'), 'jane-doe-acme-com');
  t.equal(slugAccount('Ünïcode_User'), 'unicode_user');
  t.equal(slugAccount('--x--'), 'x');
  t.equal(slugAccount('@@'), null);
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (login) => {
      const slug = slugAccount(login);
      return slug === null || (ACCOUNT.test(slug) && slugAccount(slug) === slug);
    }),
    { numRuns: 500 },
  );
});

t.test('names of sessions and sandboxes', async (t) => {
  for (const good of ['dev', '0', 'a_b-c', 'a'.repeat(63)]) t.doesNotThrow(() => assertName(good, 'session'));
  for (const bad of ['', 'Dev', '-a', '_a', 'a b', 'a'.repeat(64), 'a.b'])
    t.equal(
      codeOf(() => assertName(bad, 'session')),
      'INVALID_INPUT',
      bad,
    );
  t.equal(
    codeOf(() => assertName('ses_x', 'session')),
    'INVALID_INPUT',
  );
  t.equal(
    codeOf(() => assertName('vol_x', 'sandbox')),
    'INVALID_INPUT',
  );
  t.equal(
    codeOf(() => assertName('github', 'sandbox')),
    'NAME_RESERVED',
  );
});

t.test('variables that steer programs need to be asked for', async (t) => {
  const error = refusal(() => assertNotReserved('LD_PRELOAD', '/env', 'Choose another.'));
  t.equal(error.code, 'NAME_RESERVED');
  t.same(
    error.problems.map(({ pointer }) => pointer),
    ['/env'],
  );
  t.doesNotThrow(() => assertNotReserved('GITHUB_TOKEN', '/env', ''));
});
