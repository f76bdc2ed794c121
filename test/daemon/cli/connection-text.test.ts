import t from 'tap';
import type { ConnectionAnswer, SignInFacts } from '../../../daemon/cli/answers-connection.js';
import { createText, openText, outcomeText } from '../../../daemon/cli/connection-text.js';
import { CONNECTION, SIGN_IN } from './samples.js';

const facts = SIGN_IN as SignInFacts;
const connection: ConnectionAnswer = { ...CONNECTION, flow: 'code', state: 'connected', scopes: [], granted: [] };

t.test('how to register: the callback only where there is one, the secret only where it is needed', async (t) => {
  t.match(createText(facts, 'code'), /callback to paste:\n {2}http.*\nIt shows an id and a secret; both/s);
  const device = createText(facts, 'device');
  t.notMatch(device, /callback to paste/);
  t.notMatch(device, /a secret/);
});

t.test('what to open', async (t) => {
  const device = {
    userCode: 'A-1',
    verificationUri: 'https://x',
    verificationUriComplete: 'https://x?c',
    expiresAt: '2026-03-01T14:00:00.000Z',
  };
  t.match(openText({ ...connection, device, notices: [] }), /Open https:\/\/x .*\n {2}A-1\nor open https:\/\/x\?c$/);
  t.match(openText({ ...connection, notices: [] }), /begun before/);
});

t.test('what became of it', async (t) => {
  t.equal(
    outcomeText({ ...connection, account: null }),
    'GITHUB_TOKEN@octocat is connected, and its token is kept fresh.\nRun `ampoule activate github`.',
  );
  t.match(outcomeText({ ...connection, state: 'pending' }), /Nobody has signed in/);
  t.equal(outcomeText({ ...connection, state: 'ended' }), 'github is not connected');
});
