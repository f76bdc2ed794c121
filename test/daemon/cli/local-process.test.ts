import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import t from 'tap';
import { runLocally } from '../../../daemon/cli/local-process.js';
import type { Input, Surroundings } from '../../../daemon/cli/surroundings.js';
import { directoryUntilEnd } from '../../engine/directory.js';

interface Played extends Surroundings {
  out: () => string;
  err: () => string;
  send(signal: NodeJS.Signals): void;
  listening: () => number;
}

function played(stdin = '', terminal = false): Played {
  const collected = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => {
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => {
      collected[name] += chunk.toString();
    });
    return stream;
  };
  const input: Input = Readable.from([Buffer.from(stdin)], { objectMode: false });
  if (terminal) input.isTTY = true;
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  return {
    ...{ env: {}, cwd: '/', root: false, stdin: input, stdout: sink('out'), stderr: sink('err') },
    onInterrupt: () => () => {},
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    out: () => collected.out,
    err: () => collected.err,
    send: (signal) => {
      for (const listener of listeners) listener(signal);
    },
    listening: () => listeners.size,
  };
}
const PATH = process.env.PATH;
const sh = (script: string, around: Surroundings, env = {}) =>
  runLocally(['sh', '-c', script], { PATH, ...env }, around);

t.test('its streams, its environment and nothing else, its exit code', async (t) => {
  const around = played('typed');
  t.equal(await sh('cat; echo "$KEY" >&2; env; pwd; exit 7', around, { KEY: 'line\nline' }), 7);
  t.match(around.out(), /^typed/);
  t.match(around.out(), /^\/$/m, 'where we are');
  t.equal(around.err(), 'line\nline\n');
  t.notMatch(around.out(), /HOME=/, 'not what this process has');
  t.equal(around.listening(), 0);
});

t.test('signals go to it, but those that a terminal gave it already', async (t) => {
  const script = 'trap "echo TERM; exit 3" TERM; trap "echo INT" INT; echo ready; while :; do sleep 0.05; done';
  for (const terminal of [false, true]) {
    const around = played('', terminal);
    const run = sh(script, around);
    while (!around.out().includes('ready')) await new Promise((resolve) => around.stdout.once('data', resolve));
    around.send('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    around.send('SIGTERM');
    t.equal(await run, 3);
    t.equal(around.out().includes('INT\n'), !terminal);
  }
  t.equal(await sh('kill -9 $$', played()), 137);
});

t.test('what counts is whether the terminal gave it the signal, not what its input is', async (t) => {
  const script = 'trap "echo TERM; exit 3" TERM; trap "echo INT" INT; echo ready; while :; do sleep 0.05; done';
  for (const foreground of [false, true]) {
    // Its input is a pipe where it is in the foreground, and the terminal where it is not.
    const around = { ...played('', !foreground), inForeground: () => foreground };
    const run = sh(script, around);
    while (!around.out().includes('ready')) await new Promise((resolve) => around.stdout.once('data', resolve));
    around.send('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    around.send('SIGTERM');
    t.equal(await run, 3);
    t.equal(around.out().includes('INT\n'), !foreground);
  }
});

t.test('what cannot be started', async (t) => {
  t.match(await runLocally(['no-such-program'], { PATH }, played()).catch((error) => error), {
    ...{ exit: 127, code: 'NOT_FOUND', message: /"no-such-program"/ },
  });
  const file = join(directoryUntilEnd(t), 'text');
  writeFileSync(file, 'text', { mode: 0o600 });
  t.match(await runLocally([file], { PATH }, played()).catch((error) => error), { exit: 126, code: 'NOT_EXECUTABLE' });
  const large = { PATH, A: 'x'.repeat(200_000) };
  t.match(await runLocally(['true'], large, played()).catch((error) => error), { code: 'TOO_LARGE', exit: 125 });
});
