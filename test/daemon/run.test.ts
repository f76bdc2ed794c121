import { once } from 'node:events';
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { bundled, home, type Running } from './process-fixture.js';

const programs = await bundled(t);

/** Asks until it answers so, since the first look at Docker takes its time. */
async function answers(daemon: Running, path: string, status: number): Promise<string> {
  for (;;) {
    const answer = await daemon.get(path);
    if (answer.status === status) return answer.body;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

t.test('first start without an engine: key, token, ready, stop', async (t) => {
  const place = home(t, programs);
  const daemon = await place.start();
  t.match(daemon.said, `Made the key file ${place.env.AMPOULE_KEY_FILE}`);
  t.match(daemon.said, /lose the key, lose the vault/);
  t.match(daemon.said, `Wrote an operator token to ${place.env.AMPOULE_BOOTSTRAP_TOKEN_FILE}`);
  t.match(daemon.said, /^ampouled \S+ is ready at unix:\/\/\S+ \(vault unsealed\)$/m);
  t.equal((await daemon.get('/healthz')).status, 200);
  t.match(await answers(daemon, '/readyz', 200), /ready/);
  const vault = await daemon.get('/v1/vault', { token: place.token() });
  t.match(JSON.parse(vault.body), { state: 'unsealed', engine: { reachable: false } });
  t.equal((await daemon.get('/v1/vault')).status, 401);

  const ended = await daemon.stop();
  t.match(ended, { code: 0, signal: null }, 'a stop that takes too long ends with 1');
  t.match(ended.stdout, /Docker does not answer at unix:/);
  t.notMatch(ended.stdout + ended.stderr, place.token());
  t.notOk(existsSync(join(place.dir, 'run', 'ampoule.sock')), 'its socket is gone');

  const again = await place.start();
  t.notMatch(again.said, /Made|Wrote/);
  t.equal((await again.get('/v1/vault', { token: place.token() })).status, 200, 'the token still works');
  t.match(await again.stop('SIGINT'), { code: 0 });
});

t.test('every file is for its owner only', async (t) => {
  const place = home(t, programs);
  const daemon = await place.start();
  const open: string[] = [];
  for (const name of readdirSync(place.dir, { recursive: true, encoding: 'utf8' })) {
    const { mode } = lstatSync(join(place.dir, name));
    if ((mode & 0o077) !== 0) open.push(`${name} ${(mode & 0o777).toString(8)}`);
  }
  t.same(open, []);
  t.ok(lstatSync(join(place.dir, 'run', 'ampoule.sock')).isSocket());
  daemon.child.kill('SIGUSR1');
  t.equal((await daemon.get('/healthz')).status, 200);
  t.notMatch((await daemon.stop()).stderr, /[Dd]ebugger/, 'SIGUSR1 opens no inspector');
});

t.test('a second daemon on the same vault is refused; after a kill -9 the next one starts', async (t) => {
  const place = home(t, programs);
  const daemon = await place.start();
  const second = await place.run([], { AMPOULE_SOCKET: join(place.dir, 'other.sock') });
  t.equal(second.code, 125);
  t.match(second.stderr, /^ampouled: .*\(VAULT_LOCKED\)$/m);
  t.equal((await daemon.get('/healthz')).status, 200, 'the first one goes on');
  t.match(await daemon.stop('SIGKILL'), { signal: 'SIGKILL' });
  t.ok(existsSync(join(place.dir, 'run', 'ampoule.sock')), 'a stale socket is left');
  const next = await place.start();
  t.equal((await next.get('/v1/vault', { token: place.token() })).status, 200);
  await next.stop();
});

t.test('a passphrase opens the vault from a file, or later over the API', async (t) => {
  const place = home(t, programs);
  mkdirSync(join(place.dir, 'etc'), { mode: 0o700 });
  writeFileSync(join(place.dir, 'etc', 'phrase'), 'correct horse battery\n', { mode: 0o600 });
  const withFile = { AMPOULE_KEY_FILE: '', AMPOULE_PASSPHRASE_FILE: join(place.dir, 'etc', 'phrase') };
  const first = await place.start(withFile);
  t.match(first.said, /\(vault unsealed\)/);
  await first.stop();

  const daemon = await place.start({ AMPOULE_KEY_FILE: 'off' });
  t.match(daemon.said, /The vault is sealed: nothing is delivered\. Run `ampoule vault unseal`\./);
  t.match(await answers(daemon, '/readyz', 503), /VAULT_SEALED|STARTING/);
  const unseal = (passphrase: string) =>
    daemon.get('/v1/vault/unseal', { method: 'POST', body: { passphrase }, token: place.token() });
  t.equal((await unseal('wrong')).status, 403);
  t.equal((await unseal('correct horse battery')).status, 200);
  await answers(daemon, '/readyz', 200);
  const ended = await daemon.stop();
  t.notMatch(ended.stdout + ended.stderr, /horse/);
  writeFileSync(join(place.dir, 'etc', 'phrase'), 'wrong');
  t.match(await place.run([], withFile), {
    code: 125,
    stderr: /etc\/phrase does not open the vault\..*\(PASSPHRASE_WRONG\)/,
  });
});

t.test('an engine that takes calls and never answers keeps it neither from starting nor from stopping', async (t) => {
  const place = home(t, programs);
  const hanging = createServer();
  hanging.listen(join(place.dir, 'hanging.sock'));
  await once(hanging, 'listening');
  t.teardown(() => hanging.close());
  const daemon = await place.start({ DOCKER_HOST: `unix://${join(place.dir, 'hanging.sock')}` });
  const token = place.token();
  const launch = { name: 'box', session: { name: 'work' }, image: 'busybox' };
  const made = await daemon.get('/v1/sandboxes?wait=0', { method: 'POST', token, body: launch });
  t.ok([201, 202].includes(made.status), made.body);
  await answers(daemon, '/readyz', 200);
  const waiting = daemon.get('/v1/sandboxes/box?wait=30s', { method: 'DELETE', token });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const ended = await daemon.stop();
  t.match(ended, { code: 0, signal: null }, ended.stderr);
  t.equal((await waiting).status, 202, 'what was recorded is said to be pending');
});

t.test('an address for others is told what it means', async (t) => {
  const place = home(t, programs);
  const daemon = await place.start({ AMPOULE_LISTEN: '0.0.0.0:0' });
  t.match(daemon.said, /without TLS: whoever is on the way reads tokens and values/);
  await daemon.stop();
});
