/** What is kept of commands that ended, with a real daemon: redacted at every edge, withheld where nobody can redact, gone after a reset. */

import t from 'tap';
import { runAmpoule, spawnAmpoule } from '../engine/ampoule.js';
import { ensureBuild, startDaemon } from '../engine/daemon.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';
import { launch, set } from '../faults/memory-world.js';
import { send } from '../faults/survivors.js';

const LONG = { timeout: 300_000 };
/** No eight letters of it are anywhere else. */
const VALUE = 'qzjxkvwpbyqmzfhgjdxkqvwzplmnbqx';

await ensureBuild('dist');
const engine = await sharedEngine();
t.teardown(() => engine.done());
await engine.importBusybox();
const daemon = await startDaemon({ engine });
t.teardown(() => daemon.remove());
const name = `words-${process.pid}`;

async function ampoule(...argv: string[]): Promise<{ code: number | null; out: string }> {
  const { code, out, err } = await runAmpoule(daemon, argv);
  return { code, out: out + err };
}

/** Starts it detached; gives its id. */
async function detached(command: string): Promise<string> {
  const { execId } = await daemon.ok('POST', `/v1/sandboxes/${name}/exec`, { command, detach: true });
  return String(execId);
}

async function ended(id: string): Promise<void> {
  await until('its end', async () => (await ampoule('execs', 'ls', '-b', name, '--ended')).out.includes(id));
}

/** The longest part of the value that is in a text. */
function longest(text: string): number {
  let most = 0;
  for (let from = 0; from < VALUE.length; from += 1)
    while (from + most < VALUE.length && text.includes(VALUE.slice(from, from + most + 1))) most += 1;
  return most;
}

t.test('no edge of what is kept shows the rest of a value', LONG, async (t) => {
  await daemon.ok('POST', '/v1/secrets', { name: 'WORDS', value: VALUE });
  const box = await launch(daemon, engine, name);
  await set(daemon, box, 'WORDS', true);
  const ids: string[] = [];
  for (let shift = 0; shift < 6; shift += 1) {
    const fill = `printf "%0${shift * 5 + 1}d" 0; i=0; while [ $i -lt 4000 ]; do printf "$WORDS#"; i=$((i+1)); done`;
    ids.push(await detached(`{ ${fill}; } > /tmp/of${shift}; cat /tmp/of${shift}`));
  }
  for (const id of ids) {
    await ended(id);
    const { code, out } = await ampoule('attach', id);
    t.equal(code, 0);
    t.match(out, /\[redacted:WORDS\]#/);
    t.ok(longest(out) < 8, `${longest(out)} letters of it are shown`);
  }
  t.equal(longest(`a ${VALUE.slice(4, 24)} b`), 20, 'this look finds it');
});

t.test('what was destroyed is withheld, and a reset forgets', LONG, async (t) => {
  const id = await detached('echo before $WORDS; exec sleep 1000');
  await until('its output', async () => {
    const { body } = await daemon.api('GET', `/v1/sandboxes/${name}/exposure`);
    return JSON.stringify(body).includes(id);
  });
  await daemon.ok('PUT', '/v1/secrets/WORDS/value?wait=60s', { value: 'another-value-of-it' });
  await daemon.ok('DELETE', '/v1/secrets/WORDS/versions/1?wait=60s');
  await ended(id);
  const { out } = await ampoule('attach', id);
  t.ok(longest(out) < 8, out);
  t.match(out, /withheld/);
  t.match((await ampoule('sandbox', 'logs', name)).out, /withheld: it may have a value of WORDS/);

  await daemon.ok('POST', `/v1/sandboxes/${name}/reset?wait=60s`, { confirm: name });
  t.equal((await ampoule('execs', 'ls', '-b', name, '--ended')).out, 'None.\n');
  t.notMatch((await ampoule('sandbox', 'logs', name)).out, /withheld/);
});

t.test('a main process that is not there says so', LONG, async (t) => {
  const other = `${name}-main`;
  const body = {
    name: other,
    session: { name: other },
    command: ['no-such-program'],
    restart: 'never',
    delivery: 'memory',
  };
  await daemon.api('POST', '/v1/sandboxes?wait=60s', body);
  await until('its end', async () => (await daemon.ok('GET', `/v1/sandboxes/${other}`)).state === 'exited');
  t.match(await ampoule('sandbox', 'logs', other), { code: 0, out: /no-such-program: not found/ });
});

t.test('who follows a main process hears each start of it, and its end', LONG, async (t) => {
  await daemon.ok('POST', '/v1/secrets', { name: 'WORDS_MAIN', value: `${VALUE}-main` });
  const other = `${name}-follow`;
  const script = 'echo . >> /tmp/starts; echo start $(cat /tmp/starts | wc -l) $WORDS_MAIN; exec sleep 1000';
  const body = { name: other, session: { name: other }, secrets: ['WORDS_MAIN'], delivery: 'memory' };
  await daemon.ok('POST', '/v1/sandboxes?wait=60s', { ...body, command: ['sh', '-c', script] });
  const heard = ['', ''];
  const follow = (number: number, more: { interruptAt?: string }) =>
    runAmpoule(daemon, ['sandbox', 'logs', '-f', other], { ...more, hear: (out) => heard.splice(number, 1, out) });
  const logs = async () => (await ampoule('sandbox', 'logs', other)).out;
  await until('its first words', async () => (await logs()) === 'start 1 [redacted:WORDS_MAIN]\n');
  const [two, all] = [follow(0, { interruptAt: 'start 2' }), follow(1, {})];
  await until('both listening', () => heard.every((out) => out.includes('start 1')));
  await daemon.ok('POST', `/v1/sessions/${other}/deactivate?wait=60s`, { all: true });
  t.match(await two, { code: 130, out: 'start 1 [redacted:WORDS_MAIN]\nstart 2\n' });
  await until('the other one hearing it too', () => heard[1]?.includes('start 2'));
  t.equal((await ampoule('sandbox', 'rm', other)).code, 0);
  t.match(await all, { code: 0, out: 'start 1 [redacted:WORDS_MAIN]\nstart 2\n' });
});

t.test(
  'who follows slowly hears every start, and who is there when others start it again hears the end',
  LONG,
  async (t) => {
    const other = `${name}-slow`;
    const script = 'echo . >> /tmp/starts; echo start $(cat /tmp/starts | wc -l); exec sleep 1000';
    const body = { name: other, session: { name: other }, onChange: 'restart', delivery: 'memory' };
    await daemon.ok('POST', '/v1/sandboxes?wait=60s', { ...body, command: ['sh', '-c', script] });
    const logs = async () => (await ampoule('sandbox', 'logs', other)).out;
    await until('its first words', async () => (await logs()) === 'start 1\n');
    let heard = '';
    const slow = spawnAmpoule(daemon, ['sandbox', 'logs', '-f', other], {
      hear: (out) => {
        if (heard === '') process.kill(slow.pid, 'SIGSTOP');
        heard = out;
      },
    });
    t.teardown(() => send(slow.pid, 'SIGKILL'));
    await until('its listening', () => heard !== '');
    for (const [number, active] of [['WORDS_MAIN'], [], ['WORDS_MAIN']].entries()) {
      await daemon.ok('PUT', `/v1/sessions/${other}/secrets?wait=60s`, { active });
      await until('its next start', async () => (await logs()).endsWith(`start ${number + 2}\n`));
    }
    process.kill(slow.pid, 'SIGCONT');
    await until('all of them', () => heard.includes('start 4'));
    t.equal(heard, 'start 1\nstart 2\nstart 3\nstart 4\n');
    await engine.docker('restart', '-t', '0', `ampoule-${other}`);
    t.match(await slow.ran, { code: 0, out: 'start 1\nstart 2\nstart 3\nstart 4\n' });
    await until('its running again', async () => (await logs()).startsWith('start 5\n'));
  },
);

t.test('a reset starts again what ended and is not started by itself', LONG, async (t) => {
  for (const delivery of ['memory', 'env'] as const) {
    const other = `${name}-once-${delivery}`;
    const body = { name: other, session: { name: other }, restart: 'never', delivery };
    await daemon.ok('POST', '/v1/sandboxes?wait=60s', { ...body, command: ['sh', '-c', 'sleep 1; exit 7'] });
    const ended = () =>
      until('its end', async () => {
        const seen = await daemon.ok('GET', `/v1/sandboxes/${other}`);
        return seen.state === 'exited' && String(seen.containerId);
      });
    const first = await ended();
    await daemon.ok('POST', '/v1/secrets', { name: `WORDS_${delivery.toUpperCase()}`, value: VALUE });
    await daemon.ok('POST', `/v1/sessions/${other}/activate?wait=60s`, { names: [`WORDS_${delivery.toUpperCase()}`] });
    t.equal(await ended(), first, 'a change does not');
    t.match((await ampoule('exec', '-b', other, '--', 'true')).out, new RegExp(`ampoule sandbox reset ${other}`));
    const { code, out } = await ampoule('sandbox', 'reset', other, '--confirm', other);
    t.equal(code, 0, out);
    t.not(await ended(), first);
  }
});

t.test('the last lines are whole, and a value of several lines is none of them', LONG, async (t) => {
  const lines = Array.from({ length: 6 }, (_, n) => `qzj${n}xkvwpbyqmzfhgjd`);
  await daemon.ok('POST', '/v1/secrets', { name: 'WORDS_LINES', value: lines.join('\n') });
  const other = `${name}-lines`;
  const command = ['sh', '-c', 'echo first; echo "$WORDS_LINES"; echo last; exec sleep 1000'];
  const session = { name: other };
  const body = { name: other, session, secrets: ['WORDS_LINES'], command, delivery: 'memory' };
  await daemon.ok('POST', '/v1/sandboxes?wait=60s', body);
  const logs = async (...options: string[]) => (await ampoule('sandbox', 'logs', other, ...options)).out;
  await until('all of it', async () => (await logs()).endsWith('last\n'));
  t.equal(await logs(), 'first\n[redacted:WORDS_LINES]\nlast\n');
  t.equal(await logs('--tail', '1'), 'last\n');
  t.equal(await logs('--tail', '2'), '[redacted:WORDS_LINES]\nlast\n');
});
