import t from 'tap';
import { valueFacts } from '../../../daemon/doctor/value-facts.js';
import type { ProviderVariable } from '../../../daemon/providers/provider.js';

const variable = (more: Partial<ProviderVariable> = {}): ProviderVariable => ({
  env: 'KEY',
  expected: 'six digits',
  source: 'https://example.org/',
  ...more,
});
const of = (text: string, variables: ProviderVariable[] = []) => valueFacts(variables, 'KEY', Buffer.from(text));
const kinds = (text: string, variables?: ProviderVariable[]) => of(text, variables).problems.map(({ kind }) => kind);

t.test('slips and shape; of several kinds one has to fit', async (t) => {
  t.same(kinds('value'), []);
  t.same(kinds('value\n'), ['newline']);
  const digits = variable({ pattern: '^[0-9]{6}$' });
  t.same(kinds('abc', [digits]), ['shape']);
  t.same(kinds('abc', [digits, variable({ pattern: '^[a-z]{3}$' })]), []);
});

t.test('line ends', async (t) => {
  t.equal(of('one\r\ntwo').crlf, true);
  t.equal(of('one\ntwo').crlf, false);
  t.equal(of('one\r\n').crlf, false, 'at the end it is a newline like any other');
  t.equal(of('one\r\ntwo', [variable({ as: 'file' })]).crlf, false, 'a file may be as it likes');
});

t.test('the expiry that a token states', async (t) => {
  const jwt = (claims: unknown) => `eyJh.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  t.equal(of(jwt({ exp: 1_900_000_000 })).statedExpiry, 1_900_000_000_000);
  t.equal(of(`${jwt({ exp: 1_900_000_000 })}\n`).statedExpiry, 1_900_000_000_000);
  for (const text of [jwt({}), jwt({ exp: 'soon' }), jwt(null), 'a.b.c', 'a.b', 'one two.three.four'])
    t.equal(of(text).statedExpiry, null, text);
});

t.test('URLs of databases', async (t) => {
  const url = (text: string) => of(text).url;
  t.same(url('postgres://user:pass@db.example.org:5432/name'), { scheme: 'postgres', local: false, unescaped: false });
  for (const host of ['localhost', 'localhost:5432', '127.0.0.1', '[::1]:5432', '127.9.9.9:1', 'a:1,localhost:2'])
    t.equal(url(`mysql://u:p@${host}/d`)?.local, true, host);
  for (const host of ['db', 'localhost.example.org', '10.0.0.1', 'host.docker.internal:1'])
    t.equal(url(`mysql://u:p@${host}/d`)?.local, false, host);
  for (const password of ['p@ss', 'p/ss', 'p#ss', 'p?ss', 'p:ss', 'p%ss', 'p ss'])
    t.equal(url(`postgres://user:${password}@db/d`)?.unescaped, true, password);
  for (const password of ['p%40ss', 'p!ss', 'p+ss', ''])
    t.equal(url(`postgres://user:${password}@db/d`)?.unescaped, false, password);
  t.equal(url('postgres://db/d?host=a@b')?.unescaped, false, 'an @ of the query is no end of a password');
  t.equal(url('secret-words://user@host/')?.scheme, null, 'of others the scheme is not repeated');
  t.equal(url('no url'), null);
  t.equal(url(`postgres://${'a@'.repeat(50_000)}`)?.scheme, 'postgres', 'in bounded time');
});
