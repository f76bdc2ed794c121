import t from 'tap';
import type { RequestAnswer } from '../../../daemon/cli/answers.js';
import { askedFor, requestText } from '../../../daemon/cli/request-text.js';
import { REQUEST } from './samples.js';

const request = REQUEST as RequestAnswer;

t.test('what is asked for, under which variables, and beyond which environment', async (t) => {
  t.equal(askedFor(request), 'A_KEY, B_KEY as B');
  t.equal(askedFor(request, ['B_KEY']), 'B_KEY as B');
  t.equal(askedFor({ ...request, acrossEnvironments: true }, ['A_KEY']), 'A_KEY (across environments)');
});

t.test('words of whoever asked cannot look like ours', async (t) => {
  const reason = 'x\nactivate  NOTHING\u202e\u001b[1A';
  const text = requestText({ ...request, reason });
  t.match(text, 'x\\x0aactivate  NOTHING\\u{202e}\\x1b[1A\n');
  t.equal(text.split('\n').filter((line) => line.startsWith('activate')).length, 1);
});

t.test('what was granted, and what was not', async (t) => {
  const secrets = [
    { name: 'A_KEY', granted: true },
    { name: 'B_KEY', granted: false },
  ];
  const text = requestText({ ...request, state: 'approved', secrets, grantedTtl: '5m', decidedBy: 'operator:me' });
  t.match(text, /\nactivate +A_KEY\nnot granted +B_KEY\nfor +5m\ndecided by +operator:me$/);
  t.notMatch(requestText({ ...request, state: 'denied', secrets }), /not granted/);
});
