import t from 'tap';
import { BODY_LIMITS } from '../../../daemon/http/body.js';
import { world } from './fixture.js';

t.test('forms are refused with the command that keeps values whole', async (t) => {
  const w = await world(t);
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain']) {
    for (const [method, path] of [
      ['PUT', '/v1/secrets/A/value'],
      ['POST', '/v1/secrets'],
    ] as const) {
      const { status, json } = await w.call(method, path, 'value', { headers: { 'content-type': type } });
      t.match({ status, json }, { status: 415, json: { code: 'MEDIA_TYPE_UNSUPPORTED' } }, `${type} ${path}`);
      t.match(json.detail, "-H 'content-type: application/octet-stream' --data-binary @-");
    }
  }
  const bytes = { headers: { 'content-type': 'application/octet-stream' } };
  t.equal((await w.call('POST', '/v1/secrets', Buffer.from('{}'), bytes)).status, 415, 'bytes are for values alone');
});

t.test('JSON that is none, is no UTF-8, or poisons is 400 and says nothing of its content', async (t) => {
  const w = await world(t);
  const json = { headers: { 'content-type': 'application/json' } };
  for (const body of ['{"name": CANARY', '{"__proto__": {}}', Buffer.from([0x22, 0xff, 0x22])]) {
    const { status, text } = await w.call('POST', '/v1/sessions', body, json);
    t.equal(status, 400, String(body));
    t.match(text, 'BODY_MALFORMED');
    t.notMatch(text, /CANARY/);
  }
});

t.test('too large is 413, and the limit is the route’s own', async (t) => {
  const w = await world(t);
  const big = { name: 'A', value: 'x'.repeat(BODY_LIMITS.usual) };
  const { status, json } = await w.call('POST', '/v1/sessions', big);
  t.match({ status, json }, { status: 413, json: { code: 'BODY_TOO_LARGE' } });
  t.equal((await w.call('POST', '/v1/secrets', big)).status, 201);
});

t.test('no body is an empty one where all is optional, and a body nobody asked for is refused', async (t) => {
  const w = await world(t);
  t.equal((await w.call('POST', '/v1/sessions')).status, 201);
  t.equal((await w.call('POST', '/v1/sessions', '', { headers: { 'content-type': 'application/json' } })).status, 201);
  t.equal(
    (await w.call('POST', '/v1/sessions', 'null', { headers: { 'content-type': 'application/json' } })).status,
    422,
  );
  const { status, json } = await w.call('DELETE', '/v1/tokens/tok_1', { reason: 'x' });
  t.match({ status, json }, { status: 422, json: { detail: /takes no body/ } });
});

t.test('what was received is wiped when it was answered', async (t) => {
  const w = await world(t);
  const body = Buffer.from('CANARY-VALUE');
  let seen: Uint8Array = new Uint8Array(0);
  const { setValue } = w.vault.secrets;
  w.vault.secrets.setValue = (caller, name, value, options) => {
    if ('plain' in value) seen = value.plain;
    t.equal(Buffer.from(seen).toString(), 'CANARY-VALUE');
    return setValue(caller, name, value, options);
  };
  await w.call('PUT', '/v1/secrets/A/value', body, { headers: { 'content-type': 'application/octet-stream' } });
  t.equal(seen.length, body.length);
  t.ok(seen.every((byte) => byte === 0));
});
