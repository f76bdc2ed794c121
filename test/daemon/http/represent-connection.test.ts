import t from 'tap';
import {
  begunAnswer,
  clientAnswer,
  connectCommand,
  connectionAnswer,
  factsAnswer,
} from '../../../daemon/http/represent-connection.js';
import type { Connection } from '../../../store/index.js';
import { GITHUB } from './played-oauth.js';

const CONNECTION: Connection = {
  ...{ id: 'con_1', provider: 'gitlab', base: 'https://git.example.com', account: 'work', login: 'Work' },
  ...{ environment: 'staging', clientId: 'x', flow: 'device', scopes: [], granted: [], state: 'reauthorize' },
  ...{ secret: 'sec_1', secretName: 'GITLAB_TOKEN@work.staging', createdAt: 0, createdBy: 'operator:me' },
  ...{ connectedAt: 0, expiresAt: 1000, refreshAt: null, refreshedAt: null, refreshes: 3, failures: 1 },
  ...{ refreshingSince: null, problem: { code: 'X', message: 'Why.', at: 2000 } },
};

t.test('times as text, the name of the secret, and the command that mends it', async (t) => {
  t.match(connectionAnswer(CONNECTION), {
    ...{ secret: 'GITLAB_TOKEN@work.staging', secretId: 'sec_1', createdAt: '1970-01-01T00:00:00.000Z' },
    ...{ expiresAt: '1970-01-01T00:00:01.000Z', refreshAt: null, problem: { at: '1970-01-01T00:00:02.000Z' } },
    todo: /^Authorize GITLAB_TOKEN@work.staging again: `ampoule connect gitlab --base /,
  });
  t.equal(
    connectCommand(CONNECTION),
    'ampoule connect gitlab --base https://git.example.com --account work --environment staging --device',
  );
  const plain: Connection = { ...CONNECTION, base: null, account: null, environment: null, flow: 'code' };
  t.equal(connectCommand(plain), 'ampoule connect gitlab');
  t.equal(connectionAnswer({ ...plain, state: 'connected', problem: null }).todo, null);
  t.match(connectionAnswer({ ...plain, state: 'pending' }).todo, /sign in/);
});

t.test('what was begun, applications, facts', async (t) => {
  const begun = begunAnswer({ connection: CONNECTION, authorize: { url: 'http://x', expiresAt: 0 } }, ['a']);
  t.match(begun, { authorize: { expiresAt: '1970-01-01T00:00:00.000Z' }, notices: ['a'] });
  t.notOk('device' in begun);
  const client = { provider: 'github', base: null, clientId: 'x', hasSecret: true, createdAt: 0, createdBy: 'me' };
  t.match(clientAnswer(client), { createdAt: '1970-01-01T00:00:00.000Z' });
  t.match(factsAnswer(GITHUB, client), { provider: 'github', needsSecret: { code: true }, client: { clientId: 'x' } });
  t.equal(factsAnswer(GITHUB, null).client, null);
});
