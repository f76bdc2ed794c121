import t from 'tap';
import { requestAnswer } from '../../../daemon/http/represent-request.js';
import type { ActivationRequest } from '../../../store/index.js';

const REQUEST: ActivationRequest = {
  ...{ id: 'req_1', session: 'ses_1', sessionName: 'dev', action: 'activate', state: 'pending' },
  ...{ askedBy: 'agent:bot', token: 'tok_1', reason: 'to deploy', text: null, ttl: null, acrossEnvironments: false },
  secrets: [{ secret: 'sec_1', name: 'A', as: null, granted: null }],
  ...{ createdAt: 0, expiresAt: 86_400_000, decidedBy: null, decidedAt: null, answer: null, grantedTtl: null },
};

t.test('what is not there is left out, and ids stay with the daemon', async (t) => {
  t.same(requestAnswer(REQUEST), {
    ...{ id: 'req_1', session: 'dev', sessionId: 'ses_1', action: 'activate', state: 'pending', askedBy: 'agent:bot' },
    ...{ reason: 'to deploy', acrossEnvironments: false, secrets: [{ name: 'A', granted: null }] },
    ...{
      createdAt: '1970-01-01T00:00:00.000Z',
      expiresAt: '1970-01-02T00:00:00.000Z',
      decidedBy: null,
      decidedAt: null,
    },
  });
});

t.test('what is there', async (t) => {
  const decided = {
    decidedBy: 'operator:me',
    decidedAt: 1000,
    answer: 'no',
    grantedTtl: 60_000,
    ttl: 3_600_000,
    text: 'please',
  };
  const secrets = [{ secret: 'sec_1', name: 'A', as: 'A_2', granted: true }] as const;
  t.match(requestAnswer({ ...REQUEST, ...decided, state: 'approved', secrets: [...secrets] }), {
    ...{ decidedBy: 'operator:me', decidedAt: '1970-01-01T00:00:01.000Z', answer: 'no', grantedTtl: '1m', ttl: '1h' },
    ...{ text: 'please', secrets: [{ as: 'A_2', granted: true }] },
  });
});
