import t from 'tap';
import { ACCESS } from '../../../daemon/http/access.js';
import { world } from './fixture.js';

t.test('every row of the access table is served, and every answer may not be stored', async (t) => {
  const w = await world(t);
  for (const route of Object.keys(ACCESS)) {
    const [method = '', pattern = ''] = route.split(' ');
    if (route === 'GET /v1/events') continue;
    const { json, headers } = await w.call(method, pattern.replaceAll(/:\w+/g, '1'));
    t.not(json?.code, 'ROUTE_NOT_FOUND', route);
    t.not(json?.code, 'METHOD_NOT_ALLOWED', route);
    t.equal(headers['cache-control'], 'no-store', route);
    t.equal(headers['x-content-type-options'], 'nosniff', route);
    t.match(headers['x-request-id'], /^[0-9A-Z]{26}$/, route);
  }
});

t.test('one line of log for each request: the pattern, never the URL', async (t) => {
  const w = await world(t);
  await w.call('GET', '/v1/secrets/CANARY_NAME?wait=CANARY');
  const line = w.logged.find(({ message }) => message === 'request');
  t.match(line?.fields, { method: 'GET', route: '/v1/secrets/:name', code: 'INVALID_INPUT', status: 422 });
  t.match(line?.fields?.token, /^tok_/);
  t.notMatch(JSON.stringify(w.logged), /CANARY/);
});

t.test('an error that nobody expected is a 500 without its message, found in the log by its id', async (t) => {
  const w = await world(
    t,
    {},
    {
      started: () => {
        throw new TypeError('CANARY value in a message');
      },
    },
  );
  const { status, json, text } = await w.as(null)('GET', '/readyz');
  t.equal(status, 500);
  t.equal(json.code, 'INTERNAL');
  t.notMatch(text, /CANARY/);
  const line = w.logged.find(({ message }) => message === 'request failed');
  t.match(line?.fields, { requestId: json.requestId, code: 'INTERNAL', cause: /^TypeError at .*app\.test\.ts:\d+$/ });
  t.notMatch(JSON.stringify(w.logged), /CANARY/);
});

t.test('paths that cannot be read are problems too', async (t) => {
  const w = await world(t);
  for (const path of ['/v1/secrets/%zz', `/v1/secrets/${'a'.repeat(301)}`]) {
    const { status, headers, json } = await w.call('GET', path);
    t.match({ status, json }, { status: 400, json: { code: 'REQUEST_MALFORMED' } }, path.slice(0, 20));
    t.match(headers['content-type'], /^application\/problem\+json/);
  }
});
