import t from 'tap';
import { requestBytes, UnfitValue } from '../../../daemon/doctor/request-bytes.js';

const plain = { host: 'api.example.org', path: '/user', header: {}, basic: null, userAgent: 'ampoule/1' };
const values: Record<string, Buffer> = {};
const value = (name: string): Uint8Array => Buffer.from(values[name] ?? '');
const made = (more: Partial<Parameters<typeof requestBytes>[0]>) =>
  requestBytes({ ...plain, ...more }, value).toString('latin1');

t.test('a head as it travels', async (t) => {
  values.TOKEN = Buffer.from('abc');
  t.equal(
    made({ header: { authorization: 'Bearer {TOKEN}', accept: 'application/json' } }),
    'GET /user HTTP/1.1\r\nhost: api.example.org\r\nuser-agent: ampoule/1\r\nconnection: close\r\n' +
      'authorization: Bearer abc\r\naccept: application/json\r\n\r\n',
  );
});

t.test('basic authentication, with every length of what is left over', async (t) => {
  for (const password of ['', 'p', 'pw', 'pwd', 'ü~?>']) {
    values.KEY = Buffer.from(password);
    const expected = Buffer.from(`api:${password}`).toString('base64');
    t.match(made({ basic: ['api', '{KEY}'] }), `\r\nauthorization: Basic ${expected}\r\n`, password);
  }
});

t.test('what stands in a path is percent-encoded', async (t) => {
  values.DOMAIN = Buffer.from('a-b_c.d~e/../x y?ü\r\n');
  t.match(made({ path: '/v4/domains/{DOMAIN}' }), /^GET \/v4\/domains\/a-b_c\.d~e%2F\.\.%2Fx%20y%3F%C3%BC%0D%0A HTTP/);
});

t.test('a value cannot end a header', async (t) => {
  for (const text of ['abc\r\nx: y', 'abc\n', 'a b', '', 'a\u007f']) {
    values.TOKEN = Buffer.from(text);
    t.throws(() => made({ header: { authorization: 'Bearer {TOKEN}' } }), UnfitValue, JSON.stringify(text));
  }
  t.throws(() => made({ header: { a: '{TOKEN}' } }), { variable: 'TOKEN', message: /no header may have/ });
});

t.test('a value that is refused leaves nothing of those before it', async (t) => {
  values.GOOD = Buffer.from('canary-before');
  values.BAD = Buffer.from('a b');
  const made: Buffer[] = [];
  const { from } = Buffer;
  const refused = (more: Partial<Parameters<typeof requestBytes>[0]>): void => {
    made.length = 0;
    const kept = (...args: unknown[]): Buffer => {
      const buffer = Reflect.apply(from, Buffer, args) as Buffer;
      made.push(buffer);
      return buffer;
    };
    Buffer.from = kept as typeof from;
    try {
      requestBytes({ ...plain, ...more }, (name) => {
        if (name === 'GONE') throw new Error('gone');
        return values[name] ?? new Uint8Array(0);
      });
      t.fail('not refused');
    } catch (error) {
      t.match(error, { message: /no header may have|gone/ });
    } finally {
      Buffer.from = from;
    }
    t.ok(made.length > 2, 'it was on its way');
    t.same(
      made.filter((bytes) => bytes.includes('canary-before')),
      [],
    );
  };
  refused({ header: { a: '{GOOD}', b: '{BAD}' } });
  refused({ header: { a: 'x {GOOD} {BAD}' } });
  refused({ basic: ['{GOOD}', '{GONE}'] });
  refused({ path: '/{GOOD}/{GONE}' });
});
