/** /.ampoule/credential in real sandboxes: the token in force at the moment of asking, for whoever runs already, and nobody else's. */

import t from 'tap';
import { ensureBuild, startDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';

t.setTimeout(240_000);
await ensureBuild('dist');
const engine = await sharedEngine();
t.teardown(() => engine.done());
await engine.importBusybox();
const daemon = await startDaemon({ engine, env: { AMPOULE_DELIVERY: 'memory' } });
t.teardown(() => daemon.remove());

interface Used {
  holder: { kind: string } | null;
  until: string | null;
  version: number;
}
const box = `cred-${process.pid}`;
const value = (n: number) => `ghp_${String(n).repeat(36)}`;
const exec = (command: string, more: object = {}) =>
  daemon.ok('POST', `/v1/sandboxes/${box}/exec`, { command, masking: false, ...more });
/** As git asks. */
const ask = (lines: string) => `printf '${lines}' | /.ampoule/credential get`;
const at = (host: string, more = '') => ask(`protocol=https\\nhost=${host}\\n${more}\\n`);
const stdout = async (command: string, more: object = {}): Promise<string> => (await exec(command, more)).stdout;

await daemon.ok('POST', '/v1/sessions', { name: 'dev' });
await daemon.ok('POST', '/v1/secrets', { name: 'GITHUB_TOKEN@work', value: value(1), provider: 'github' });
await daemon.ok('POST', '/v1/secrets', { name: 'GITHUB_TOKEN@home', value: value(8), provider: 'github' });
await daemon.ok('POST', '/v1/secrets', { name: 'GITLAB_TOKEN', value: 'glpat-1', provider: 'gitlab' });
await daemon.ok('POST', '/v1/secrets', { name: 'UNRELATED', value: 'something else' });
await daemon.ok('POST', '/v1/sandboxes?wait=60s', { name: box, session: 'dev', network: 'none' });
const activate = (name: string, more: object = {}) => daemon.ok('PUT', `/v1/sessions/dev/secrets/${name}`, more);

t.test('what is active, at its own host, over https', async (t) => {
  t.equal(await stdout(at('github.com')), '', 'nothing is active');
  await activate('GITHUB_TOKEN@work');
  await activate('GITHUB_TOKEN@home', { as: 'GITHUB_TOKEN_2' });
  await activate('GITLAB_TOKEN');
  const work = `username=x-access-token\npassword=${value(1)}\n`;
  t.equal(await stdout(at('github.com')), work, 'of two accounts the one that has the variable');
  t.equal(await stdout(at('GitHub.com', 'path=acme/shop.git\\nwwwauth[]=Basic\\n')), work);
  t.equal(await stdout(at('github.com', 'username=me\\n')), `username=me\npassword=${value(1)}\n`);
  t.equal(await stdout(at('gitlab.com')), 'username=oauth2\npassword=glpat-1\n');
  for (const other of ['github.com.evil.example', 'evil-github.com', 'github.com:444', 'example.org', ''])
    t.equal(await stdout(at(other)), '', `nothing for ${other}`);
  t.equal(await stdout(ask('protocol=http\\nhost=github.com\\n\\n')), '', 'nothing that others could read');
  const own = { env: { GITLAB_HOST: 'https://git.example.org/' } };
  t.equal(await stdout(at('git.example.org'), own), 'username=oauth2\npassword=glpat-1\n', 'an own server');
  t.equal(await stdout(at('gitlab.com'), own), '', 'then not the public one');
  t.equal(await stdout('/.ampoule/credential env GITHUB_TOKEN_2'), `${value(8)}\n`);
  t.match(await exec('/.ampoule/credential env ABSENT'), { exitCode: 1, stdout: '' });
});

t.test('what is no question of git', async (t) => {
  t.match(await exec(ask('nonsense\\n')), { exitCode: 2, stderr: /not what git says/ });
  t.match(await exec("head -c 100000 /dev/zero | tr '\\0' a | /.ampoule/credential get"), { exitCode: 2, stdout: '' });
  t.match(await exec("printf 'a=\\0b\\n' | /.ampoule/credential get"), { exitCode: 2 });
  t.match(await exec("/.ampoule/credential env 'A B'"), { exitCode: 2, stderr: /no variable/ });
  t.match(await exec('/.ampoule/credential'), { exitCode: 2, stderr: /credential\.helper/ });
  for (const word of ['store', 'erase', 'capability'])
    t.match(await exec(`/.ampoule/credential ${word} < /dev/null`), { exitCode: 0, stdout: '', stderr: '' });
});

t.test('a command that runs already gets the new token, holds it then, and ends with it', async (t) => {
  const script = `while sleep 0.2; do ${at('github.com')} | grep password > /tmp/seen.new; mv /tmp/seen.new /tmp/seen; done`;
  await exec(script, { detach: true });
  const seen = () => stdout('cat /tmp/seen');
  await until('the first token', async () => (await seen()).includes(value(1)));
  await activate('UNRELATED');
  await daemon.ok('PUT', '/v1/secrets/GITHUB_TOKEN@work/value', { value: value(2) });
  await until('the new token', async () => (await seen()).includes(value(2)));
  const held = async (): Promise<number[]> => {
    const { items } = await daemon.ok('GET', '/v1/secrets/GITHUB_TOKEN@work/usage');
    return items
      .filter(({ holder, until }: Used) => holder?.kind === 'command' && until === null)
      .map(({ version }: Used) => version)
      .sort();
  };
  await until('it to count as a holder of both versions', async () => (await held()).join() === '1,2');
  await daemon.ok('DELETE', '/v1/sessions/dev/secrets/UNRELATED');
  t.equal(
    (await daemon.ok('GET', `/v1/sandboxes/${box}/execs`)).items.length,
    1,
    'and of nothing that it did not ask for',
  );
  await daemon.ok('DELETE', '/v1/sessions/dev/secrets/GITHUB_TOKEN@work');
  t.equal((await daemon.ok('GET', `/v1/sandboxes/${box}/execs`)).items.length, 0, 'it ended with the token');
  t.equal(await stdout(at('github.com')), '', 'and nobody gets it any more');
});

t.test('a process that docker exec brought', async (t) => {
  await activate('GITHUB_TOKEN@work');
  const { items } = await daemon.ok('GET', '/v1/secrets/GITHUB_TOKEN@work/usage');
  const before = items.length;
  const said = await engine.docker('exec', `ampoule-${box}`, '/bin/sh', '-c', at('github.com'));
  t.equal(said, `username=x-access-token\npassword=${value(2)}\n`);
  const used = async () => (await daemon.ok('GET', '/v1/secrets/GITHUB_TOKEN@work/usage')).items;
  await until('its use to be written down', async () => (await used()).length > before);
  t.match(
    (await used()).find(({ holder }: Used) => holder?.kind === 'bridge'),
    {
      version: 2,
      variable: 'GITHUB_TOKEN',
    },
  );
});
