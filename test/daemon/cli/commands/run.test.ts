import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { cli, type Played, playApi, problem, TOKEN } from '../played-api.js';

const GIVEN = {
  ...{ id: 'loc_1', session: 'dev', notices: [] as string[] },
  secrets: [
    { variable: 'KEY', secret: 'KEY@work', version: 3 },
    { variable: 'FILE', secret: 'FILE', version: 1 },
  ],
  variables: { KEY: 'CANARY-1' } as Record<string, unknown>,
  files: { FILE: { name: 'file.json', content: { base64: Buffer.from('CANARY-2').toString('base64') } } },
};
const script = (given: object = GIVEN, end: Played = { json: {} }) => ({
  'POST /v1/sessions/dev/environment': { status: 201, json: given },
  'DELETE /v1/sessions/dev/environment/loc_1': end,
});
const env = { AMPOULE_SESSION: 'dev', PATH: process.env.PATH ?? '', KEY: 'own', OTHER: 'stays' };

t.test('values in its environment, files in memory, and the end is told', async (t) => {
  const api = await playApi(t, script());
  const shell = 'printf "%s %s %s " "$KEY" "$OTHER" "$FILE"; cat "$FILE"; exit 3';
  const ran = await cli(api, ['run', '--only', 'KEY@work', '--only', 'FILE', '--', 'sh', '-c', shell], { env });
  t.equal(ran.code, 3);
  const [, path = ''] = /^CANARY-1 stays (\/\S+\/FILE\/file\.json) CANARY-2$/.exec(ran.out) ?? [];
  t.match(ran.err, /^ampoule: sh gets KEY \(KEY@work v3\), FILE v1 of the session dev\.$/m);
  t.notMatch(ran.err, /CANARY/);
  t.match(api.asked[0]?.json, {
    command: ['sh', '-c', shell],
    only: ['KEY@work', 'FILE'],
    pid: process.pid,
    host: /./,
  });
  t.equal(api.asked[1]?.method, 'DELETE');
  t.match(await cli(null, ['run', '--help']), { code: 0, out: /\$ ampoule run -- npm test/ });
  const { existsSync } = await import('node:fs');
  t.notOk(path === '' || existsSync(path), 'its file is gone');
});

t.test('quiet; nothing active', async (t) => {
  const none = { ...GIVEN, secrets: [], variables: {}, files: {}, notices: ['Nothing is active in dev.'] };
  const api = await playApi(t, script(none));
  const ran = await cli(api, ['run', '-q', '--', 'sh', '-c', 'echo "$KEY"'], { env });
  t.match(ran, { code: 0, out: 'own\n', err: 'ampoule: Nothing is active in dev.\n' });
  t.equal((await cli(await playApi(t, script()), ['run', '-q', 'true'], { env })).err, '');
});

t.test('its end is told whatever happens, and who asks is told where it could not be', async (t) => {
  const api = await playApi(t, script());
  t.match(await cli(api, ['run', '--', 'no-such-program'], { env }), { code: 127, err: /\[NOT_FOUND\]/ });
  t.equal(api.asked.at(-1)?.method, 'DELETE');
  const bytes = await playApi(t, script({ ...GIVEN, variables: { KEY: { base64: '/w==' } } }));
  t.match(await cli(bytes, ['run', '--', 'true'], { env }), { code: 2, err: /KEY is no UTF-8/ });
  t.equal(bytes.asked.at(-1)?.method, 'DELETE');
  const deaf = await playApi(t, script(GIVEN, problem(503, 'STARTING', 'Wait.')));
  t.match(await cli(deaf, ['run', '--', 'sh', '-c', 'exit 4'], { env }), {
    code: 4,
    err: /did not hear that the command ended.*DELETE \/v1\/sessions\/dev\/environment\/loc_1/,
  });
});

t.test('a signal before the command starts: it does not, no file is left, and the end is told', async (t) => {
  const runtime = mkdtempSync('/dev/shm/ampoule-test-');
  t.teardown(() => rmSync(runtime, { recursive: true, force: true }));
  const started = join(runtime, 'started');
  const command = ['run', '--', 'touch', started];
  let send: (signal: NodeJS.Signals) => void = () => {};
  const signal = (way: typeof send): void => {
    send = way;
  };
  const options = { env: { ...env, XDG_RUNTIME_DIR: runtime }, signal };
  const asking = await playApi(t, {
    ...script(),
    'POST /v1/sessions/dev/environment': () => {
      send('SIGTERM');
      return { status: 201, json: GIVEN };
    },
  });
  t.match(await cli(asking, command, options), { code: 143 }, 'while the values were asked for');
  t.equal(asking.asked.at(-1)?.method, 'DELETE');
  let files: string[] = [];
  const heard = (text: string) => {
    if (!text.includes('gets KEY')) return;
    files = readdirSync(runtime);
    send('SIGINT');
  };
  const written = await playApi(t, script());
  t.match(await cli(written, command, { ...options, heard }), { code: 130 }, 'once the files were there');
  t.equal(files.length, 1, 'they were');
  t.equal(written.asked.at(-1)?.method, 'DELETE');
  t.same(readdirSync(runtime), []);
});

t.test('a signal to the program itself', async (t) => {
  const runtime = mkdtempSync('/dev/shm/ampoule-test-');
  t.teardown(() => rmSync(runtime, { recursive: true, force: true }));
  const main = fileURLToPath(new URL('../../../../daemon/cli/main.ts', import.meta.url));
  let end = (): void => {};
  const api = await playApi(t, {
    ...script(),
    'POST /v1/sessions/dev/environment': {
      raw: (response) => {
        end();
        // It is ended by then, if it is ended by that.
        setTimeout(
          () => response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(GIVEN)),
          300,
        );
      },
    },
  });
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'run', '--', 'touch', join(runtime, 'started')], {
    env: {
      ...env,
      HOME: '/nonexistent',
      XDG_RUNTIME_DIR: runtime,
      AMPOULE_ADDR: `unix://${api.socket}`,
      AMPOULE_TOKEN: TOKEN,
    },
    stdio: 'ignore',
  });
  end = () => void child.kill('SIGTERM');
  t.same(await once(child, 'close'), [143, null]);
  t.equal(api.asked.at(-1)?.method, 'DELETE');
  t.same(readdirSync(runtime), []);
});

t.test('refused: without a session, with --json, and as the API refuses', async (t) => {
  const api = await playApi(t, {
    ...{ 'GET /v1/sessions': { json: { items: [], next: null } } },
    'POST /v1/sessions/dev/environment': problem(503, 'VAULT_SEALED', 'The vault is sealed.'),
  });
  t.match(await cli(api, ['run', '--', 'true']), { code: 2, err: /There is no live session/ });
  t.match(await cli(api, ['run', '--json', '--', 'true'], { env }), {
    code: 2,
    err: /standard output is the command's/,
  });
  t.match(await cli(api, ['run', '--', 'true'], { env }), { code: 125, err: /\[VAULT_SEALED\]/ });
});

t.test('the token that opens everything is not handed on', async (t) => {
  const api = await playApi(t, script());
  const own = { ...env, AMPOULE_TOKEN: 'amp_op_whole-vault' };
  const { out } = await cli(api, ['run', '-q', '--', 'sh', '-c', 'echo "[$AMPOULE_TOKEN] $OTHER"'], { env: own });
  t.equal(out, '[] stays\n');
});
