import { ClientError, ResponseBodyError } from 'openid-client';
import t from 'tap';
import { NoAnswer, UnexpectedStatus } from '../../../daemon/oauth/guarded-fetch.js';
import { ProviderFailure, providerFailure, refused } from '../../../daemon/oauth/provider-failure.js';

const said = (error: string, status = 400) =>
  new ResponseBodyError('long', {
    cause: { error, error_description: 'words of theirs' },
    response: new Response(null, { status }),
  } as unknown as ConstructorParameters<typeof ResponseBodyError>[1]);
const of = (error: unknown) => providerFailure(error, 'GitHub', 'Try again.');

t.test('codes of a known list are told, others and all words are not', async (t) => {
  t.match(of(said('invalid_grant')), {
    ...{ code: 'OAUTH_REFUSED', said: 'invalid_grant', final: true, untouched: true },
    message: 'GitHub refused (invalid_grant). Try again.',
  });
  t.match(of(said('invalid_scope')), { code: 'OAUTH_REFUSED', final: false, said: 'invalid_scope' });
  t.match(of(said('access_denied')), { code: 'OAUTH_DENIED', final: false });
  const strange = of(said('<script>alert(1)</script>'));
  t.match(strange, { code: 'OAUTH_REFUSED', said: null, final: false });
  t.notMatch(JSON.stringify([strange.message, strange.cause]), /script|words/);
  t.match(refused('bad_refresh_token', 'GitHub', ''), { final: true });
});

t.test('whether a token for one use may be sent again', async (t) => {
  for (const [error, code, untouched] of [
    [new NoAnswer('it refused the connection', false), 'OAUTH_UNREACHABLE', true],
    [new NoAnswer('it did not answer', true), 'OAUTH_UNREACHABLE', false],
    [new ClientError('x', { cause: new NoAnswer('it did not answer', true) } as never), 'OAUTH_UNREACHABLE', false],
    [said('server_error', 500), 'OAUTH_UNREACHABLE', true],
    [said('slow_down', 429), 'OAUTH_UNREACHABLE', true],
    [said('server_error', 503), 'OAUTH_UNREACHABLE', true],
    [said('server_error', 502), 'OAUTH_UNREACHABLE', false],
    [new UnexpectedStatus(504), 'OAUTH_UNREACHABLE', false],
    [new UnexpectedStatus(404), 'OAUTH_ANSWER_INVALID', true],
    [new UnexpectedStatus(200), 'OAUTH_ANSWER_INVALID', false],
    [new Error('anything'), 'OAUTH_ANSWER_INVALID', false],
  ] as const) {
    const failure = of(error);
    t.match(failure, { code, untouched, final: false }, String(error));
    t.match(failure.message, /^GitHub .*Try again\.$/);
  }
  const failure = new ProviderFailure('OAUTH_DENIED', 'No.');
  t.equal(of(failure), failure);
  t.match(failure, { said: null, final: false, untouched: false });
});
