import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { liveCheck } from '../../../daemon/doctor/live-check.js';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';
import type { Provider } from '../../../daemon/providers/provider.js';

const catalogue = readCatalogue(null);
const provider = (id: string): Provider => {
  const found = catalogue.get(id);
  if (found === undefined) throw new Error(id);
  return found;
};

/** Plays a vendor: takes one authorization, and answers with what is told. */
async function vendor(t: Test, good: string, more: { scopes?: string; wrong?: number; header?: string } = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const right = request.headers[more.header ?? 'authorization'] === good;
    response.setHeader('date', new Date(Date.now() + 600_000).toUTCString());
    if (right && more.scopes !== undefined) response.setHeader('x-oauth-scopes', more.scopes);
    response.writeHead(right ? 200 : (more.wrong ?? 401), { location: 'http://127.0.0.1:1/' });
    response.end('a body that says SECRET things');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { asked, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A claim, and the bytes that were opened for it. */
function claim(env: string, value: string) {
  const opened: Uint8Array[] = [];
  const open = () => {
    const bytes = Buffer.from(value);
    opened.push(bytes);
    return bytes;
  };
  return { name: `${env}@work`, env, account: 'work', open, opened };
}

t.test('taken, with what it may do and the time there; what was opened is wiped', async (t) => {
  const { base, asked } = await vendor(t, 'Bearer right', { scopes: 'repo, read:org, <script>' });
  const token = claim('GITHUB_TOKEN', 'right');
  const said = await liveCheck(provider('github'), [token], { base, version: '1' });
  t.match(said, {
    ...{ provider: 'github', account: 'work', secrets: ['GITHUB_TOKEN@work'], outcome: 'works', status: 200 },
    scopes: ['repo', 'read:org'],
  });
  t.ok(Math.abs((said.clockAhead ?? 0) - 600_000) < 5_000);
  t.same(asked, ['/user']);
  t.ok(token.opened.length > 0 && token.opened.every((bytes) => bytes.every((byte) => byte === 0)));
  const below = await liveCheck(provider('github'), [token], { base: `${base}/api/v3/`, version: '1' });
  t.equal(below.outcome, 'works');
  t.equal(asked.at(-1), '/api/v3/user', 'below the address that the operator configured');
});

t.test('not taken', async (t) => {
  const of = async (wrong: number) => {
    const { base, asked } = await vendor(t, 'Bearer right', { wrong });
    const said = await liveCheck(provider('github'), [claim('GITHUB_TOKEN', 'other')], { base, version: '1' });
    t.equal(asked.length, 1, 'no redirect is followed');
    t.notMatch(JSON.stringify(said), /SECRET|other/);
    return said;
  };
  t.match(await of(401), { outcome: 'refused', status: 401 });
  t.match(await of(403), { outcome: 'forbidden', status: 403 });
  t.match(await of(500), { outcome: 'unclear', status: 500, why: null });
  t.match(await of(302), { outcome: 'unclear', why: /redirects/ });
});

t.test('as each vendor wants it', async (t) => {
  const basic = await vendor(t, `Basic ${Buffer.from('api:key').toString('base64')}`);
  const both = [claim('MAILGUN_API_KEY', 'key'), claim('MAILGUN_DOMAIN', 'mg.example.org')];
  t.match(await liveCheck(provider('mailgun'), both, { base: basic.base, version: '1' }), {
    ...{ outcome: 'works', secrets: ['MAILGUN_API_KEY@work', 'MAILGUN_DOMAIN@work'] },
  });
  t.same(basic.asked, ['/v4/domains/mg.example.org']);
  const key = await vendor(t, 'key', { header: 'x-api-key' });
  const anthropic = [claim('ANTHROPIC_API_KEY', 'key')];
  t.match(await liveCheck(provider('anthropic'), anthropic, { base: key.base, version: '1' }), { outcome: 'works' });
});

t.test('what cannot be asked', async (t) => {
  const options = { base: 'http://127.0.0.1:1', version: '1' };
  t.match(await liveCheck(provider('aws'), [claim('AWS_ACCESS_KEY_ID', 'x')], options), { outcome: 'unavailable' });
  t.match(await liveCheck(provider('mailgun'), [claim('MAILGUN_API_KEY', 'x')], options), {
    ...{ outcome: 'unavailable', why: 'MAILGUN_DOMAIN is not active' },
  });
  t.match(await liveCheck(provider('github'), [claim('GITHUB_TOKEN', 'x\n')], options), {
    ...{ outcome: 'unavailable', why: /GITHUB_TOKEN has characters/ },
  });
  t.match(await liveCheck(provider('github'), [claim('GITHUB_TOKEN', 'x')], options), {
    ...{ outcome: 'unreachable', why: 'it refused the connection' },
  });
});
