import t from 'tap';
import { maskedWords } from '../../../daemon/http/masked-words.js';
import type { Caller } from '../../../daemon/parts.js';
import { redactorsFor } from '../../../daemon/redaction.js';
import { world } from './fixture.js';

const OPERATOR: Caller = { kind: 'operator', token: 'tok_test', name: 'test' };

t.test('what the session was given is masked, also in pieces of other text', async (t) => {
  const w = await world(t);
  const value = 'canary-of-a-key';
  for (const name of ['A_KEY', 'B_KEY']) await w.call('POST', '/v1/secrets', { name, value: `${value}-${name}` });
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  await w.call('PUT', '/v1/sessions/dev', {});
  await w.call('PUT', '/v1/sessions/dev/secrets/A_KEY');
  const parts = { ...w.parts, redactors: (id: `sbx_${string}`) => redactorsFor(w.vault, id) };
  const masked = (words: string) => maskedWords(parts, OPERATOR, 'dev', words);
  t.equal(masked(`is "${value}-A_KEY" old?`), 'is "[redacted:A_KEY]" old?');
  t.equal(masked(`${value}-B_KEY`), `${value}-B_KEY`, 'it was never given this one, and learns nothing of it');
  t.equal(masked('to deploy'), 'to deploy');
  await w.call('PUT', '/v1/sessions/empty', {});
  t.equal(maskedWords(parts, OPERATOR, 'empty', `${value}-A_KEY`), `${value}-A_KEY`, 'no sandbox, nothing given');
  t.throws(() => maskedWords(parts, OPERATOR, 'none', 'x'), { code: 'SESSION_NOT_FOUND' });
  await w.call('POST', '/v1/vault/seal', {});
  t.throws(() => masked('x'), { code: 'VAULT_SEALED' });
});
