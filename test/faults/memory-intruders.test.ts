/** Who is not the init of a sandbox gets not one byte from its socket, and is counted. */

import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startDaemon, type TestDaemon } from '../engine/daemon.js';
import { observe } from '../engine/observer.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { importAttacks } from './attack.js';
import { type Heard, knock, printed, refusals, WORDS } from './intruder.js';
import { type Box, digestIn, digestOf, launch, sameInit, set } from './memory-world.js';

const CANARY = `canary-intruder-${process.pid}-${Date.now()}`;

interface Stage {
  daemon: TestDaemon;
  box: Box;
  /** Directory of the sandbox's socket. */
  link: string;
}

const engine = await sharedEngine();
t.teardown(() => engine.done());
const image = await importAttacks(engine);

async function stage(t: Test, name: string): Promise<Stage> {
  const daemon = await startDaemon({ engine });
  t.teardown(() => daemon.remove());
  await daemon.ok('POST', '/v1/secrets', { name: 'KEY_INTRUDER', value: CANARY });
  const box = await launch(daemon, engine, name, { image });
  await set(daemon, box, 'KEY_INTRUDER', true);
  return { daemon, box, link: join(daemon.dir, 'run/sandboxes', box.id) };
}

/** Does something as an intruder: nothing may come back, one refusal of this reason is counted, and the sandbox goes on. */
async function refused(
  t: Test,
  { daemon, box }: Pick<Stage, 'daemon' | 'box'>,
  what: string,
  reason: string,
  act: () => Promise<Heard>,
): Promise<void> {
  const before = (await refusals(daemon))[reason] ?? 0;
  const { delivered, all } = await act();
  t.equal(delivered, 0, `${what}: 0 of ${all.length} bytes that came back are more than a challenge or a goodbye`);
  t.notOk(all.includes(CANARY), `${what}: nor is the value among them`);
  const after = await until(`${what} being counted as ${reason}`, async () => {
    const count = (await refusals(daemon))[reason] ?? 0;
    return count > before ? count : null;
  });
  t.equal(after, before + 1, `${what}: counted once as ${reason}`);
  t.ok(sameInit(box), `${what}: the container goes on`);
}

t.test('connections to a socket that is in use', { timeout: 600_000 }, async (t) => {
  const s = await stage(t, 'intruded');
  const { daemon, box, link } = s;
  const inside = async (user: string, words: readonly Buffer[]): Promise<Heard> => {
    const hex = words.map((bytes) => bytes.toString('hex'));
    const command = ['exec', '-u', user, box.containerId, '/attack/intrude', '/.ampoule/link/s', ...hex];
    return printed(await engine.docker(...command));
  };
  for (const user of ['0', '1000']) {
    await refused(t, s, `HELLO as ${user}`, 'second_connection', () => inside(user, WORDS.hello()));
    await refused(t, s, `a wrong proof as ${user}`, 'bad_proof', () => inside(user, WORDS.resume()));
    await refused(t, s, `a guessed token as ${user}`, 'bad_token', () => inside(user, WORDS.stream()));
  }
  const socket = join(link, 's');
  await refused(t, s, 'HELLO from the host', 'second_connection', () => knock(socket, WORDS.hello()));
  await refused(t, s, 'a wrong proof from the host', 'bad_proof', () => knock(socket, WORDS.resume()));
  await refused(t, s, 'noise', 'malformed', () => knock(socket, WORDS.noise()));
  await refused(t, s, 'a frame too long', 'malformed', () => knock(socket, WORDS.cutOff()));
  await refused(t, s, 'silence', 'timeout', () => knock(socket, []));

  await t.test('a token that was used', async (t) => {
    const trace = join(daemon.dir, 'trace');
    const options = ['-f', '-xx', '-s', '64', '-e', 'trace=write,writev,sendto,sendmsg', '-o', trace];
    const strace = spawn('strace', [...options, '-p', String(box.init.pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    strace.stderr.on('data', (bytes: Buffer) => {
      said += bytes;
    });
    await until('strace looking', () => said.includes('attached'));
    await daemon.ok('POST', `/v1/sandboxes/${box.name}/exec`, { command: ['true'] });
    const gone = new Promise((resolve) => strace.once('exit', resolve));
    strace.kill('SIGINT');
    await gone;
    const hex = readFileSync(trace, 'utf8').replaceAll('\\x', '');
    const token = /"15000000" *"?03([0-9a-f]{32})|1500000003([0-9a-f]{32})/.exec(hex)?.slice(1).find(Boolean);
    if (token === undefined) throw new Error(`No token was seen in ${hex.slice(0, 2000)}`);
    const words = WORDS.stream(Buffer.from(token, 'hex'));
    await refused(t, s, 'from inside', 'bad_token', () => inside('0', words));
    await refused(t, s, 'from the host', 'bad_token', () => knock(socket, words));
  });

  await t.test("a container that mounts another one's socket, under our name and with copied labels", async (t) => {
    const [seen] = JSON.parse(await engine.docker('inspect', box.containerId));
    const labels = Object.entries(seen.Config.Labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
    const mount = ['--mount', `type=bind,src=${link},dst=/.ampoule/link,ro`];
    const hex = WORDS.hello().map((bytes) => bytes.toString('hex'));
    const knocks = ['run', '--rm', ...mount, ...labels, image, '/attack/intrude', '/.ampoule/link/s', ...hex];
    await refused(t, s, 'HELLO', 'second_connection', async () => printed(await engine.docker(...knocks)));

    const program: string = seen.Mounts.find(
      (one: { Destination: string }) => one.Destination === '/.ampoule/init',
    ).Source;
    const init = ['--mount', `type=bind,src=${program},dst=/.ampoule/init,ro`, '--entrypoint', '/.ampoule/init'];
    const before = (await refusals(daemon)).second_connection ?? 0;
    const run = ['run', '-d', '--name', 'ampoule-impostor', ...labels, '--tmpfs', '/.ampoule:exec,mode=0755'];
    const id = (await engine.docker(...run, ...mount, ...init, image, 'sleep', '600')).trim();
    t.teardown(() => engine.tryDocker(['rm', '-f', id]));
    await until('the impostor being counted', async () => ((await refusals(daemon)).second_connection ?? 0) > before);
    await daemon.ok('PUT', '/v1/sessions/impostor', { idle: 'never' });
    const wanted = {
      name: 'impostor',
      session: 'impostor',
      network: 'none',
      delivery: 'memory',
      secrets: ['KEY_INTRUDER'],
    };
    const answer = await daemon.api('POST', '/v1/sandboxes?wait=30s', wanted);
    t.match(JSON.stringify(answer.body), /CONTAINER_NAME_TAKEN/, 'its name is taken');
    const [still] = JSON.parse(await engine.docker('inspect', id));
    t.equal(still.Name, '/ampoule-impostor', 'it is left alone');
    const found = await observe({ CANARY }, { engine });
    const there = found.filter(({ where }) => where.includes(id) || where.startsWith('inspect'));
    t.same(there, [], 'and was given nothing');
    await engine.docker('rm', '-f', id);
    await until(
      'the sandbox of that name',
      async () => (await daemon.ok('GET', '/v1/sandboxes/impostor')).state === 'running',
    );
  });
  t.equal(await digestIn(daemon, box, 'KEY_INTRUDER'), digestOf(CANARY), 'the sandbox has its value as before');
});

t.test('a race for the first connection', { timeout: 600_000 }, async (t) => {
  const { daemon } = await stage(t, 'before-the-race');
  const sockets = join(daemon.dir, 'run/sandboxes');
  const known = new Set(readdirSync(sockets));
  const all: Heard[] = [];
  let racing = true;
  const race = (async () => {
    while (racing) {
      const name = readdirSync(sockets).find((one) => !known.has(one));
      const socket = join(sockets, name ?? '', 's');
      if (name !== undefined && existsSync(socket))
        await knock(socket, WORDS.hello()).then(
          (one) => all.push(one),
          () => {},
        );
      else await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const box = await launch(daemon, engine, 'raced', { image, secrets: ['KEY_INTRUDER'] });
  await until('more than one try', () => all.length > 1);
  racing = false;
  await race;
  t.ok(all.length > 1, `${all.length} connections`);
  t.same(
    all.filter(({ delivered }) => delivered > 0),
    [],
    'were given nothing',
  );
  const counted = await refusals(daemon);
  t.ok(
    (counted.wrong_peer ?? 0) + (counted.second_connection ?? 0) >= all.length,
    `counted: ${JSON.stringify(counted)}`,
  );
  t.ok((counted.wrong_peer ?? 0) > 0, 'one came before the init was known');
  t.equal(await digestIn(daemon, box, 'KEY_INTRUDER'), digestOf(CANARY), 'and the sandbox has its value');
});

t.test('a vault that was put back gives nothing that was taken away since', { timeout: 600_000 }, async (t) => {
  const s = await stage(t, 'putback');
  const { box } = s;
  await s.daemon.stop();
  const { dir } = s.daemon;
  const old = join(dir, 'old');
  for (const part of ['data', 'state']) cpSync(join(dir, part), join(old, part), { recursive: true });
  let daemon = await startDaemon({ engine, dir });
  await set(daemon, box, 'KEY_INTRUDER', false);
  t.equal(await digestIn(daemon, box, 'KEY_INTRUDER'), null, 'taken away');
  await daemon.kill9();
  for (const part of ['data', 'state']) {
    rmSync(join(dir, part), { recursive: true });
    cpSync(join(old, part), join(dir, part), { recursive: true });
  }
  daemon = await startDaemon({ engine, dir });
  t.teardown(() => daemon.stop());
  await until('the older generation being refused', async () => ((await refusals(daemon)).old_generation ?? 0) > 0);
  t.ok(true, `counted: ${JSON.stringify(await refusals(daemon))}`);
  // Started anew it may have it: then it is another init, which was given it at its start.
  const had = await digestIn(daemon, box, 'KEY_INTRUDER').catch(() => null);
  t.ok(had === null || !sameInit(box), 'the init that refused it does not have it');
});
