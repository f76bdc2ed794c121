import t from 'tap';
import { givenBy, standardAnswer, wipeGiven } from '../../../daemon/oauth/token-answer.js';

const answer = (body: unknown, status = 200, type = 'application/json; charset=utf-8') =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'content-type': type } });
const text = (bytes: Uint8Array | null | undefined) => (bytes == null ? bytes : Buffer.from(bytes).toString());

t.test('an error with 200 is an error, where the vendor does so', async (t) => {
  const error = { error: 'bad_refresh_token', error_description: 'words', access_token: 'x' };
  const standard = await standardAnswer(answer(error), { errorsWith200: true });
  t.equal(standard.status, 400);
  t.same(await standard.json(), { error: 'bad_refresh_token' });
  t.equal((await standardAnswer(answer(error), { errorsWith200: false })).status, 200);
});

t.test('identity tokens go, everything else stays', async (t) => {
  const facts = { errorsWith200: true };
  t.same(await (await standardAnswer(answer({ access_token: 'a', id_token: 'b' }), facts)).json(), {
    access_token: 'a',
  });
  for (const body of ['{', '[]', 'null', '"text"'])
    t.equal(await (await standardAnswer(answer(body), facts)).text(), body);
  t.equal(await (await standardAnswer(answer('<html>', 200, 'text/html'), facts)).text(), '<html>');
  t.equal((await standardAnswer(answer({ error: 'x' }, 500), facts)).status, 500);
});

t.test('tokens are bytes, with what they are for', async (t) => {
  const given = givenBy({ access_token: 'abc', refresh_token: 'def', expires_in: 5.5, scope: 'repo,gist user' }, ['x']);
  t.match(given, { life: 5500, granted: ['repo', 'gist', 'user'] });
  t.same([text(given?.access), text(given?.refresh)], ['abc', 'def']);
  if (given !== null) wipeGiven(given);
  t.same([...(given?.access ?? []), ...(given?.refresh ?? [])], [0, 0, 0, 0, 0, 0]);
  t.match(givenBy({ access_token: 'abc', refresh_token: '' }, ['x']), { refresh: null, life: null, granted: ['x'] });
});

t.test('hostile answers give nothing, or what is bounded', async (t) => {
  for (const access of ['', 'a b', 'a\nb', 'ä', 'x'.repeat(16_385), '\u0000'])
    t.equal(givenBy({ access_token: access }, []), null, JSON.stringify(access).slice(0, 20));
  for (const refresh of ['a b', 7, null, {}]) t.equal(givenBy({ access_token: 'a', refresh_token: refresh }, []), null);
  for (const life of [-1, 0, Number.NaN, Number.POSITIVE_INFINITY, '5', null])
    t.equal(givenBy({ access_token: 'a', expires_in: life }, [])?.life, null, String(life));
  t.equal(givenBy({ access_token: 'a', expires_in: 1e300 }, [])?.life, 10 * 365 * 86_400_000);
  const many = Array.from({ length: 100 }, (_, n) => `s${n}`).join(' ');
  t.equal(givenBy({ access_token: 'a', scope: `${many} ${'x'.repeat(300)} "` }, [])?.granted.length, 64);
});
