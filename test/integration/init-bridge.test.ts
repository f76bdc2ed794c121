/** The bridge of a real ampoule-init in a real container: what `docker exec` gets, with the daemon played. */

import t, { type Test } from 'tap';
import { entry, type PlayedDaemon, type PlayOptions, playDaemon } from '../engine/played-daemon.js';
import { initPrograms } from '../engine/programs.js';
import { sharedEngine } from '../engine/shared.js';
import { openTerminal } from '../engine/terminal.js';
import { until } from '../engine/wait.js';

const engine = await sharedEngine();
const { init: program } = await initPrograms();
t.teardown(() => engine.done());

async function play(t: Test, options: Partial<PlayOptions> = {}): Promise<PlayedDaemon> {
  const played = await playDaemon(engine, { program, ...options });
  t.teardown(() => played.stop());
  return played;
}

/** `docker exec` in its container. */
async function exec(played: PlayedDaemon, words: string[], options: string[] = []) {
  const ran = await engine.tryDocker(['exec', ...options, played.container, ...words]);
  return { code: ran.code, out: ran.bytes.toString('latin1'), err: ran.stderr };
}

/** Variables as `env` prints them. */
function variables(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

t.test('docker exec has exactly the active variables', async (t) => {
  const played = await play(t, { run: ['-e', 'IMAGE=i', '-e', 'BOTH=image'] });
  await played.setDone([entry('TOKEN', 'one'), entry('BOTH', 'live'), entry('EMPTY', '')]);
  const own = { IMAGE: 'i', HOME: '/root', PATH: '/bin' };
  const wanted = { ...own, TOKEN: 'one', BOTH: 'live', EMPTY: '' };
  const { HOSTNAME, ...seen } = variables((await exec(played, ['env'])).out);
  t.same(seen, wanted);
  t.ok(HOSTNAME);
  t.match(variables((await exec(played, ['sh', '-c', 'env'])).out), wanted);
  t.match(variables((await exec(played, ['/.ampoule/run', 'env'])).out), wanted);
  t.match(variables((await exec(played, ['env'], ['-u', '1000'])).out), { ...wanted, HOME: '/home/user' });
  t.match(variables((await exec(played, ['env'], ['-w', '/tmp'])).out), wanted);

  const over = variables((await exec(played, ['env'], ['-e', 'TOKEN=mine', '-e', 'BOTH=mine', '-e', 'MORE=m'])).out);
  t.match(over, { TOKEN: 'mine', BOTH: 'mine', MORE: 'm', EMPTY: '' }, 'what the caller chose wins');
  t.same((await exec(played, ['sh', '-c', 'exec env'])).out.includes('AMPOULE_'), false, 'nothing of ours is in it');

  await played.setDone([entry('TOKEN', 'two', { version: 2 })]);
  const { BOTH, ...later } = variables((await exec(played, ['env'])).out);
  t.match(later, { ...own, TOKEN: 'two' });
  t.equal(BOTH, 'image', 'the image has its own again');
  t.equal(later.EMPTY, undefined);
  await played.setDone([]);
  t.equal(variables((await exec(played, ['env'])).out).TOKEN, undefined);
});

t.test('a value arrives byte for byte, however long', async (t) => {
  const played = await play(t);
  const bytes = Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1));
  const long = Buffer.alloc(130_000, 'x');
  const entries = Array.from({ length: 6 }, (_, i) => entry(`LONG_${i}`, null, { value: long }));
  await played.setDone([entry('BYTES', null, { value: bytes }), ...entries]);
  const printed = await exec(played, ['sh', '-c', 'printf %s "$BYTES"']);
  t.equal(printed.out, bytes.toString('latin1'));
  t.equal((await exec(played, ['sh', '-c', 'printf %s "$LONG_0$LONG_5" | wc -c'])).out.trim(), '260000');
});

t.test('the program is the next one on PATH, under the name that was given; its status is the status', async (t) => {
  const played = await play(t);
  await played.setDone([entry('TOKEN', 'one')]);
  t.match(await exec(played, ['sh', '-c', 'exit 7']), { code: 7 });
  t.match(await exec(played, ['sh', '-c', 'echo $0 $PATH']), { out: 'sh /bin\n' });
  await exec(played, ['sh', '-c', 'printf "#!/bin/sh\\necho $TOKEN \\$0 \\$TOKEN" >/bin/late; chmod +x /bin/late']);
  await until('a link for a program that came later', async () => (await exec(played, ['late'])).code === 0);
  t.match(await exec(played, ['late']), { code: 0, out: 'one /bin/late one\n' });
  await exec(played, ['rm', '/bin/late']);
  await until('no link any more', async () => /not found/.test((await exec(played, ['late'])).out));
  t.match(await exec(played, ['/.ampoule/run', 'no-such-program']), { code: 127, err: /no-such-program: not found/ });
  t.match(await exec(played, ['/.ampoule/run', '/etc/passwd']), { code: 126, err: /Permission denied/ });
  t.match(await exec(played, ['/.ampoule/run']), { code: 125, err: /give the command/ });
  t.match(await exec(played, ['/bin/env']), { code: 0, out: /^(?![\s\S]*TOKEN)/ }, 'a path of its own goes past it');
});

t.test('what was given is ended when it is taken away, and what comes of it', async (t) => {
  const played = await play(t);
  await played.setDone([entry('TOKEN', 'one'), entry('OTHER', 'stays')]);
  const run = exec(played, ['sh', '-c', '(setsid sh -c "sleep 1000 & sleep 1000" &) ; sleep 1000']);
  const started = await played.hear('started', (frame) => frame.kind === 'bridge');
  t.match(started, { program: /^(sh|init|ampoule)/, held: [{ env: 'TOKEN' }, { env: 'OTHER' }] });
  const sleepers = () =>
    engine.docker('top', played.container, '-eo', 'pid,args').then((text) => text.match(/sleep 1000$/gm)?.length ?? 0);
  await until('all of it running', async () => (await sleepers()) >= 3);
  const done = await played.setDone([entry('OTHER', 'stays')]);
  t.equal(done.left, 0);
  t.equal(await sleepers(), 0);
  t.not((await run).code, 0);
  await played.hear('gone', (frame) => frame.id === started.id);
});

t.test('who asks before anything was delivered waits for it', async (t) => {
  const played = await play(t);
  await until(
    'the bridge',
    async () => (await exec(played, ['/bin/ls', '/.ampoule/bin/env', '/.ampoule/bridge'])).code === 0,
  );
  const waits = [exec(played, ['env']), exec(played, ['/.ampoule/run', 'env'])];
  // Its process is there, and nobody has answered it.
  await until('both waiting', async () =>
    /(\/run|bin\/env)[\s\S]*(\/run|env)/.test(await engine.docker('top', played.container)),
  );
  await played.setDone([entry('TOKEN', 'late')]);
  for (const ran of await Promise.all(waits)) t.equal(variables(ran.out).TOKEN, 'late');
});

for (const [name, words] of [
  ['sh', ['sh']],
  ['ash', ['ash']],
] as const) {
  t.test(
    `an open ${name} has what was activated since at its next prompt, and ends with what it was given`,
    async (t) => {
      const played = await play(t);
      await played.setDone([]);
      const shell = openTerminal(['docker', 'exec', '-it', played.container, ...words], {
        DOCKER_HOST: engine.dockerHost,
      });
      t.teardown(() => shell.end());
      await shell.shows(/# /);
      shell.type('echo "[$TOKEN]"');
      await shell.shows(/\r\n\[\]\r\n.*# /);
      const value = `it's "new" $HOME \`x\` \\`;
      await played.setDone([entry('TOKEN', value)]);
      shell.type('');
      await shell.shows(/# /);
      shell.type('false');
      await shell.shows(/# /);
      shell.type('echo "$?[$TOKEN]"');
      t.match(await shell.shows(/\r\n\d\[.*\]\r\n/), `\r\n1[${value}]\r\n`);
      const held = await played.hear('started', (frame) => frame.held.length === 1);
      t.equal(held.kind, 'bridge');
      t.equal((await played.setDone([])).left, 0);
      t.not(await shell.ended, 0);
    },
  );
}
