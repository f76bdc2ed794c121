import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { deliveryText } from '../../../../daemon/cli/commands/status.js';
import { cli, playApi, problem } from '../played-api.js';
import { list, REQUEST, SANDBOX, SECRET, SESSION, VAULT } from '../samples.js';

t.test('status', async (t) => {
  const api = await playApi(t, {
    'GET /v1/vault': { json: VAULT },
    'GET /v1/sessions': { json: list(SESSION) },
    'GET /v1/sandboxes': { json: list(SANDBOX, SANDBOX) },
    'GET /v1/requests': { json: list(REQUEST) },
  });
  const { code, out, err } = await cli(api, ['status'], { env: { AMPOULE_SESSION: 'dev' } });
  t.equal(code, 0);
  t.equal(err, '');
  t.match(out, /^vault {6}unsealed, unlocked by its key file\ndaemon {5}unix:\/\/.*api\.sock \(version 0\.1\.0\)\n/);
  t.match(out, /sessions {3}1 live\nsandboxes {2}2 live\nrequests {3}1 pending\nsession {4}dev \(AMPOULE_SESSION\)\n$/);
  const due = await playApi(t, {
    ...{
      'GET /v1/vault': { json: VAULT },
      'GET /v1/sessions': { json: list() },
      'GET /v1/sandboxes': { json: list() },
    },
    'GET /v1/secrets': ({ query }) => ({ json: query.due === 'true' ? list(SECRET, SECRET) : list() }),
  });
  t.equal(
    (await cli(due, ['status'])).err,
    'ampoule: 2 secrets are due for rotation. Run `ampoule secret ls --due`.\n',
  );
  t.equal((await cli(api, ['status', '--json'])).out, `${JSON.stringify(VAULT)}\n`);
});

t.test('status of a sealed vault, without Docker, and of what could not be recorded', async (t) => {
  const vault = { ...VAULT, state: 'sealed', unlock: 'passphrase', engine: { reachable: false }, unrecorded: 2 };
  const api = await playApi(t, {
    'GET /v1/vault': { json: vault },
    'GET /v1/sessions': problem(403, 'FORBIDDEN', 'No.'),
    'GET /v1/sandboxes': problem(403, 'FORBIDDEN', 'No.'),
  });
  const { code, out, err } = await cli(api, ['status'], { terminal: { stdout: true } });
  t.equal(code, 0);
  t.ok(out.startsWith('\u001b[33mvault'), 'in yellow');
  t.match(out, /sealed, unlocked by a passphrase[\s\S]*engine {4}does not answer/);
  t.notMatch(out, /sessions/, 'what it may not know is left out');
  t.match(err, /2 revocations are in effect and not recorded[\s\S]*sealed\. Run `ampoule vault unseal`/);
});

t.test('which delivery new sandboxes get, and why', async (t) => {
  t.equal(
    deliveryText({ configured: 'auto', resolved: 'memory', state: 'works' }),
    'memory (configured: auto, memory works here)',
  );
  t.equal(
    deliveryText({ configured: 'auto', resolved: 'env', state: 'unavailable', reason: 'No program can be run there.' }),
    'env (configured: auto): No program can be run there.',
  );
});

t.test('use', async (t) => {
  const api = await playApi(t, {
    'GET /v1/sessions/dev': { json: SESSION },
    'GET /v1/sessions/old': { json: { ...SESSION, state: 'ended' } },
  });
  const cwd = t.testdir({ fresh: {}, kept: { '.ampoule.json': '{"session": "x", "other": 1}' } });
  const file = (dir: string): unknown => JSON.parse(readFileSync(join(cwd, dir, '.ampoule.json'), 'utf8'));
  t.match(await cli(api, ['use', 'dev'], { cwd: join(cwd, 'fresh') }), { code: 0, out: /^dev is now the session of / });
  t.same(file('fresh'), { session: 'dev' });
  await cli(api, ['use', 'dev'], { cwd: join(cwd, 'kept') });
  t.same(file('kept'), { session: 'dev', other: 1 });
  t.match(await cli(api, ['use', 'old'], { cwd: join(cwd, 'kept') }), { code: 2, err: /has ended/ });
  t.same(file('kept'), { session: 'dev', other: 1 });
});
