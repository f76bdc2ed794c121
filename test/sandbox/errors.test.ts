/** The two errors of this layer. */

import t from 'tap';
import { SANDBOX_CODES, SandboxError, UnknownOutcome, unexpected } from '../../sandbox/errors.js';

t.test('codes are unique, and carried', async (t) => {
  t.equal(new Set(SANDBOX_CODES).size, SANDBOX_CODES.length);
  const error = new SandboxError('PORT_TAKEN', 'Taken. Free it.', { retry: true });
  t.match(error, { name: 'SandboxError', code: 'PORT_TAKEN', retry: true, message: 'Taken. Free it.' });
  t.equal(new SandboxError('PORT_TAKEN', 'x').retry, false);
  t.notOk('cause' in error);
});

t.test('an unknown outcome names its call and is tried again', async (t) => {
  const error = new UnknownOutcome('create', 'no answer in 10000 ms');
  t.ok(error instanceof SandboxError);
  t.match(error, {
    code: 'ENGINE_UNREACHABLE',
    retry: true,
    call: 'create',
    message: /"create" \(no answer in 10000 ms\)/,
  });
});

t.test('what nobody foresaw keeps its cause, and shows none of it', async (t) => {
  const cause = new Error('foreign words');
  t.match(unexpected(cause), { code: 'ENGINE_REFUSED', retry: true, cause });
  t.notMatch(unexpected(cause).message, /foreign/);
});
