import sodium from 'libsodium-wrappers';
import t from 'tap';
import { watchShape } from '../../../daemon/http/shape-notices.js';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';
import { world } from './fixture.js';

const providers = readCatalogue(null);
const GITHUB = `ghp_${'a'.repeat(36)}`;
const told = (env: string, provider: string | null, value: string): string[] => {
  const shape = watchShape(providers);
  shape.look({ name: `${env}@work`, env, provider }, Buffer.from(value));
  return shape.notices();
};

t.test('of a provider that is known', async (t) => {
  t.same(told('GITHUB_TOKEN', 'github', GITHUB), []);
  t.match(told('GITHUB_TOKEN', 'github', 'CANARY-9'), [
    /^GITHUB_TOKEN@work is not a token that .*\(https:.*It is stored as it is; .*`ampoule secret set GITHUB_TOKEN@work`\.$/,
  ]);
  t.match(told('GH_TOKEN', 'github', 'CANARY-9'), [/is not a token/], 'under the variable of a follower');
  t.same(told('MY_OWN', 'github', 'CANARY-9'), [], 'a variable that is not in the catalogue may be anything');
  t.match(told('MY_OWN', 'github', '"CANARY-9"'), [/^MY_OWN@work has quotes around it\. It is stored/]);
  t.same(told('GITHUB_TOKEN', null, '"x"'), [], 'without a provider nobody knows');
  t.same(told('GITHUB_TOKEN', 'acme', '"x"'), []);
  t.notMatch(JSON.stringify(told('GITHUB_TOKEN', 'github', 'CANARY-9')), /CANARY/);
});

t.test('whoever stores a value is told, in every form of one, and it is stored', async (t) => {
  const w = await world(t);
  const described = { name: 'GITHUB_TOKEN@work', provider: 'github' };
  const made = await w.call('POST', '/v1/secrets', { ...described, value: `${GITHUB}\n` });
  t.match(made, { status: 201, json: { currentVersion: 1, notices: [/^GITHUB_TOKEN@work ends with a newline\./] } });
  const set = async (body: object) => (await w.call('PUT', '/v1/secrets/GITHUB_TOKEN@work/value', body)).json;
  t.match(await set({ value: 'not-a-token' }), { version: 2, notices: [/is not a token/] });
  t.match(await set({ base64: Buffer.from('still-no-token').toString('base64') }), { notices: [/is not a token/] });
  t.match(await set({ value: GITHUB }), { version: 4, notices: [] });
  t.match(await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'anything\n' }), { json: { notices: [] } });
  t.same((await w.call('PUT', '/v1/secrets/B_KEY/value', { value: 'anything\n' })).json.notices, []);
});

t.test('a sealed one too, which only the vault can read', async (t) => {
  const w = await world(t);
  await sodium.ready;
  const { publicKey } = (await w.call('GET', '/v1/vault')).json;
  const sealed = sodium.crypto_box_seal('CANARY-of-a-token', Buffer.from(publicKey, 'base64'));
  const sealedValue = Buffer.from(sealed).toString('base64');
  const body = { name: 'GITHUB_TOKEN', provider: 'github', sealedValue };
  const made = await w.call('POST', '/v1/secrets', body);
  t.match(made, { status: 201, json: { notices: [/^GITHUB_TOKEN is not a token/] } });
  t.notMatch(made.text, /CANARY/);
});
