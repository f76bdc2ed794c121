/** What failed calls become: codes, whether to try again, and no foreign words. */

import t from 'tap';
import { Missing, named, refusalOf, unlessMissing } from '../../../sandbox/engine/errors.js';
import { SandboxError, UnknownOutcome } from '../../../sandbox/errors.js';

/** As dockerode throws it. */
function failure(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${message} `), { statusCode });
}

t.test('messages of Engine 20.10', async (t) => {
  const cases: [string, number, string, string, boolean][] = [
    [
      'start',
      500,
      'driver failed programming external connectivity on endpoint x (0): Bind for 127.0.0.1:7777 failed: port is already allocated',
      'PORT_TAKEN',
      true,
    ],
    ['start', 404, 'network nonet not found', 'NETWORK_NOT_FOUND', true],
    [
      'create',
      400,
      'invalid mount config for type "bind": bind source path does not exist: /secret/path',
      'ENGINE_REFUSED',
      false,
    ],
    ['create', 404, 'No such image: nope:latest', 'IMAGE_NOT_FOUND', true],
    ['create', 400, 'Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available', 'ENGINE_REFUSED', false],
    [
      'create',
      409,
      'Conflict. The container name "/x" is already in use by container "0"',
      'CONTAINER_NAME_TAKEN',
      true,
    ],
    [
      'rename',
      409,
      'Error when allocating new name: Conflict. The container name "/x" is already in use',
      'CONTAINER_NAME_TAKEN',
      true,
    ],
    [
      'start',
      400,
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown',
      'START_FAILED',
      false,
    ],
    ['start', 400, 'unable to find user nouser: no matching entries in passwd file', 'START_FAILED', false],
    ['start', 500, 'Cannot mkdir: /etc/passwd is not a directory', 'START_FAILED', false],
    ['create', 500, 'Cannot mkdir: /etc/passwd is not a directory', 'START_FAILED', false],
    ['removeVolume', 409, 'remove x: volume is in use - [0]', 'VOLUME_IN_USE', true],
    ['execCreate', 409, 'Container 0 is not running', 'SANDBOX_NOT_RUNNING', false],
    ['execCreate', 404, 'No such container: 0', 'SANDBOX_NOT_RUNNING', false],
    [
      'pull',
      404,
      'pull access denied for x, repository does not exist or may require docker login',
      'IMAGE_NOT_FOUND',
      false,
    ],
    [
      'pull',
      500,
      'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: network is unreachable',
      'IMAGE_PULL_FAILED',
      true,
    ],
  ];
  for (const [call, status, text, code, retry] of cases) {
    const refusal = refusalOf(call, failure(status, text));
    t.match(refusal, { code, retry }, text);
    t.notMatch(refusal, UnknownOutcome);
    for (const word of text.split(' ').filter((one) => one.length > 12))
      t.notOk(refusal.message.includes(word), `no foreign words: ${word}`);
    t.match(refusal.message, /`|\.$/, 'says what to do');
  }
});

t.test('anything else is unknown', async (t) => {
  for (const [call, status] of [
    ['create', 500],
    ['start', 500],
    ['start', 404],
    ['remove', 409],
    ['kill', 502],
    ['inspect', 500],
  ] as const)
    t.ok(refusalOf(call, failure(status, 'server error')) instanceof UnknownOutcome, `${call} ${status}`);
  for (const code of ['ECONNRESET', 'EPIPE'])
    t.ok(refusalOf('create', Object.assign(new Error('x'), { code })) instanceof UnknownOutcome, code);
  t.ok(refusalOf('create', 'thrown text') instanceof UnknownOutcome);
});

t.test('a socket that nobody listens on did nothing', async (t) => {
  for (const code of ['ENOENT', 'ECONNREFUSED', 'EACCES']) {
    const refusal = refusalOf('create', Object.assign(new Error('x'), { code }));
    t.match(refusal, { code: 'ENGINE_UNREACHABLE', retry: true });
    t.notOk(refusal instanceof UnknownOutcome);
  }
});

t.test('what is not there is null', async (t) => {
  for (const call of ['inspect', 'inspectImage', 'inspectVolume', 'inspectNetwork', 'execInspect', 'stat'])
    t.ok(refusalOf(call, failure(404, 'No such thing')) instanceof Missing, call);
  t.equal(await unlessMissing(Promise.reject(new Missing('inspect'))), null);
  t.equal(await unlessMissing(Promise.resolve(3)), 3);
  await t.rejects(unlessMissing(Promise.reject(new SandboxError('PORT_TAKEN', 'x'))), { code: 'PORT_TAKEN' });
});

t.test('a refusal stays the one it is', async (t) => {
  const own = new SandboxError('WISH_SEALED', 'x');
  t.equal(refusalOf('create', own), own);
});

t.test('advice has the real names where they are known', async (t) => {
  const of = (call: string, status: number, text: string) => refusalOf(call, failure(status, text));
  const names = { IMAGE: 'nope:1', NETWORK: 'inner', PATH: '/srv/w', VOLUME: 'v1' };
  const cases: [SandboxError, RegExp][] = [
    [of('create', 404, 'No such image: nope:1'), /`docker pull nope:1`/],
    [of('pull', 404, 'manifest unknown'), /`docker pull nope:1`/],
    [of('start', 404, 'network inner not found'), /`docker network create --label dev\.ampoule\.network inner`/],
    [of('create', 400, 'bind source path does not exist: /srv/w'), /`mkdir -p \/srv\/w`/],
    [of('removeVolume', 409, 'volume is in use'), /volume=v1`/],
  ];
  for (const [error, expected] of cases) {
    const told = named(error, names);
    t.match(told, { code: error.code, retry: error.retry, message: expected });
    t.equal(named(told, names), told, 'once is enough');
    t.equal(named(error, {}), error, 'what is not known stays');
  }
  const unclear = new UnknownOutcome('PATH', 'no answer');
  t.equal(named(unclear, names), unclear);
});
