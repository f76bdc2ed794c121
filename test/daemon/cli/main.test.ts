import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { playApi, TOKEN } from './played-api.js';
import { SECRET } from './samples.js';

const CLI = fileURLToPath(new URL('../../../daemon/cli/main.ts', import.meta.url));

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

function program(
  argv: string[],
  options: { socket?: string; stdin?: string; onOutput?: (kill: () => void) => void } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', CLI, ...argv], {
      env: {
        PATH: process.env.PATH,
        HOME: '/nonexistent',
        AMPOULE_ADDR: `unix://${options.socket ?? '/nonexistent/api.sock'}`,
        AMPOULE_TOKEN: TOKEN,
      },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk);
      options.onOutput?.(() => child.kill('SIGINT'));
    });
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
    if (options.stdin !== undefined) child.stdin.end(options.stdin);
  });
}

t.test('the program: version, usage, a value from a pipe', async (t) => {
  t.match(await program(['--version']), { code: 0, out: /^\d+\.\d+\.\d+\n$/, err: '' });
  t.match(await program(['nothing']), { code: 2, out: '', err: /^ampoule: unknown command/ });
  const api = await playApi(t, { 'POST /v1/secrets': { status: 201, json: SECRET } });
  const { code, err } = await program(['secret', 'add', 'A'], { socket: api.socket, stdin: 'hunter2\n' });
  t.equal(code, 0, err);
  t.match(api.asked[0]?.json, { name: 'A', value: 'hunter2' });
});

t.test('an open standard input that is not asked for does not keep it', async (t) => {
  t.match(await program(['status']), { code: 125, err: /DAEMON_UNREACHABLE/ });
});

t.test('Ctrl-C works while nobody reads what comes', async (t) => {
  const api = await playApi(t, {
    'POST /v1/sandboxes/box/exec': {
      raw: (response) => {
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        const line = `${JSON.stringify({ stream: 'stdout', data: 'x'.repeat(65_536) })}\n`;
        const more = (): void => {
          while (!response.destroyed && response.write(line));
          response.once('drain', more);
        };
        more();
      },
    },
  });
  const argv = ['--import', 'tsx', CLI, 'exec', '-b', 'box', '--', 'yes'];
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AMPOULE_ADDR: `unix://${api.socket}`,
    AMPOULE_TOKEN: TOKEN,
  };
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.once('readable', () => setTimeout(() => child.kill('SIGINT'), 200));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  child.stdout.destroy();
  t.equal(code, 130);
});

t.test('Ctrl-C closes the stream, so that the daemon ends the command, and is exit code 130', async (t) => {
  let gone = (): void => {};
  const closed = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const api = await playApi(t, {
    'POST /v1/sandboxes/box/exec': {
      raw: (response) => {
        response.on('close', gone);
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.write('{"stream":"stdout","data":"ready\\n"}\n');
      },
    },
  });
  const { code, out, err } = await program(['exec', '-b', 'box', '--', 'sleep', '1000'], {
    socket: api.socket,
    onOutput: (kill) => kill(),
  });
  await closed;
  t.match({ code, out, err }, { code: 130, out: 'ready\n', err: 'ampoule: interrupted.\n' });
});
