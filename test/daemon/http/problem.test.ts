import t from 'tap';
import { DaemonError, invalid } from '../../../daemon/errors.js';
import { asOurs, problemOf } from '../../../daemon/http/problem.js';
import { SandboxError } from '../../../sandbox/index.js';
import { StoreError } from '../../../store/index.js';

t.test('our errors are told as they are', async (t) => {
  t.same(problemOf(new StoreError('SECRET_NOT_FOUND', 'No A. Run `ampoule secret ls`.'), 'R1'), {
    type: 'urn:ampoule:error:SECRET_NOT_FOUND',
    title: 'No such secret',
    status: 404,
    detail: 'No A. Run `ampoule secret ls`.',
    code: 'SECRET_NOT_FOUND',
    requestId: 'R1',
  });
  t.match(problemOf(invalid('/a', 'Wrong.'), 'R'), { status: 422, errors: [{ pointer: '/a', detail: 'Wrong.' }] });
  t.match(problemOf(new SandboxError('PORT_TAKEN', 'Taken.'), 'R'), { status: 409, code: 'PORT_TAKEN' });
});

t.test('errors of others become ours without their words', async (t) => {
  const foreign = Object.assign(new Error('CANARY'), { code: 'SQLITE_ERROR' });
  t.equal(asOurs(foreign).code, 'INTERNAL');
  t.equal(asOurs('CANARY').code, 'INTERNAL');
  t.equal(asOurs(Object.assign(new Error('CANARY'), { statusCode: 418 })).code, 'REQUEST_MALFORMED');
  t.equal(
    asOurs(Object.assign(new Error('x'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 })).code,
    'BODY_TOO_LARGE',
  );
  t.equal(asOurs(Object.assign(new Error('x'), { code: 'toString', statusCode: 500 })).code, 'INTERNAL');
  for (const error of [foreign, 'CANARY']) t.notMatch(JSON.stringify(problemOf(asOurs(error), 'R')), /CANARY/);
  const ours = new DaemonError('STARTING', 'Wait.');
  t.equal(asOurs(ours), ours);
});
