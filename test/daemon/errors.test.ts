import { readFileSync } from 'node:fs';
import t from 'tap';
import { DAEMON_CODES, DaemonError, ERROR_CODES, ERRORS, invalid, isErrorCode } from '../../daemon/errors.js';
import { SANDBOX_CODES } from '../../sandbox/index.js';
import { STORE_CODES } from '../../store/index.js';

t.test('one row for each code of the three layers', async (t) => {
  const codes = [...new Set<string>([...STORE_CODES, ...SANDBOX_CODES, ...DAEMON_CODES])].sort();
  t.same(Object.keys(ERRORS).sort(), codes);
  t.same(ERROR_CODES, codes);
});

t.test('docs/errors.md says what the table says, both ways', async (t) => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const documented = [...text.matchAll(/^\| `([A-Z_0-9]+)` \| (\d+) \| (\d+) \| (yes|no) \| (.+) \|$/gm)].map(
    ([, code, status, exit, retry, title]) => [
      code,
      { status: Number(status), exit: Number(exit), title, retry: retry === 'yes' },
    ],
  );
  t.same(Object.fromEntries(documented), { ...ERRORS });
  t.equal(documented.length, ERROR_CODES.length, 'no row twice');
});

t.test('statuses and exits are what clients can rely on', async (t) => {
  for (const [code, { status, exit, title }] of Object.entries(ERRORS)) {
    t.ok(status >= 400 && status < 600, code);
    t.ok(exit === 125 || status < 500, `${code}: bad input is never our failure`);
    t.notMatch(title, /\.$/, code);
  }
  t.equal(ERRORS.REVOKED_NOT_RECORDED.status, 507);
  t.equal(ERRORS.VAULT_SEALED.status, 503);
});

t.test('errors carry code, problems and headers', async (t) => {
  t.ok(isErrorCode('SECRET_NOT_FOUND'));
  t.notOk(isErrorCode('toString'));
  t.notOk(isErrorCode(undefined));
  const cause = new Error('cause');
  const error = new DaemonError('RATE_LIMITED', 'Wait.', { cause, headers: { 'retry-after': '3' } });
  t.match(error, { code: 'RATE_LIMITED', message: 'Wait.', cause, headers: { 'retry-after': '3' }, problems: [] });
  t.match(invalid('/ttl', 'Too long.'), {
    code: 'INVALID_INPUT',
    problems: [{ pointer: '/ttl', detail: 'Too long.' }],
  });
});
