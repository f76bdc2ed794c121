import t from 'tap';
import { maskedWords } from '../../../daemon/http/masked-words.js';
import type { Caller } from '../../../daemon/parts.js';
import { world } from './fixture.js';

const OPERATOR: Caller = { kind: 'operator', token: 'tok_test', name: 'test' };

t.test('what the session was given is masked, also in pieces of other text', async (t) => {
  const w = await world(t);
  const value = 'canary-of-a-key';
  for (const name of ['A_KEY', 'B_KEY']) await w.call('POST', '/v1/secrets', { name, value: `${value}-${name}` });
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  await w.call('PUT', '/v1/sessions/dev', {});
  await w.call('PUT', '/v1/sessions/dev/secrets/A_KEY');
  const { parts } = w;
  const masked = (words: string) => maskedWords(parts, OPERATOR, 'dev', words);
  t.equal(masked(`is "${value}-A_KEY" old?`), 'is "[redacted:A_KEY]" old?');
  t.equal(masked(`${value}-B_KEY`), `${value}-B_KEY`, 'it was never given this one, and learns nothing of it');
  t.equal(masked('to deploy'), 'to deploy');
  await w.call('PUT', '/v1/sessions/empty', {});
  t.equal(maskedWords(parts, OPERATOR, 'empty', `${value}-A_KEY`), `${value}-A_KEY`, 'nothing given');
  t.throws(() => maskedWords(parts, OPERATOR, 'none', 'x'), { code: 'SESSION_NOT_FOUND' });
  await w.call('POST', '/v1/vault/seal', {});
  t.throws(() => masked('x'), { code: 'VAULT_SEALED' });
});

t.test(
  'without a sandbox too: what is active, and what a command outside had; for persons what was active',
  async (t) => {
    const w = await world(t);
    const [first, second] = ['canary-first', 'canary-second'];
    const spaced = 'correct horse battery';
    await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: first });
    await w.call('POST', '/v1/secrets', { name: 'PHRASE', value: spaced });
    const { id } = (await w.call('POST', '/v1/sessions', { name: 'dev' })).json;
    await w.call('POST', '/v1/sessions/dev/activate', { all: true });
    const agent: Caller = { kind: 'agent', token: 'tok_agent', name: 'agent', session: id };
    const masked = (caller: Caller, words: string) => maskedWords(w.parts, caller, 'dev', words);
    t.equal(masked(agent, first), '[redacted:A_KEY]');
    t.equal(masked(agent, 'correct\u00a0horse   battery, is it?'), '[redacted:PHRASE], is it?', 'as it will be kept');
    await w.call('PUT', '/v1/secrets/A_KEY/value', { value: second });
    t.equal(masked(OPERATOR, first), '[redacted:A_KEY]');
    t.equal(masked(agent, first), first, 'an agent cannot try which values there were');
    t.equal(masked(agent, second), '[redacted:A_KEY]');
    await w.call('POST', '/v1/sessions/dev/environment', { host: 'laptop', command: 'true' });
    await w.call('POST', '/v1/sessions/dev/deactivate', { all: true });
    t.equal(masked(agent, second), '[redacted:A_KEY]', 'a command had it');
    await w.call('POST', '/v1/vault/seal', {});
    t.throws(() => masked(agent, 'x'), { code: 'VAULT_SEALED' });
  },
);
