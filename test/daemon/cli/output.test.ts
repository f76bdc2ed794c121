import { PassThrough, Writable } from 'node:stream';
import t from 'tap';
import { Output } from '../../../daemon/cli/output.js';
import type { Output as Sink, Surroundings } from '../../../daemon/cli/surroundings.js';

function output(json: boolean, sinks: { stdout?: Sink; stderr?: Sink; env?: Record<string, string> } = {}) {
  const stdout = sinks.stdout ?? new PassThrough();
  const stderr = sinks.stderr ?? new PassThrough();
  const around: Surroundings = {
    env: sinks.env ?? {},
    cwd: '/',
    root: false,
    stdin: new PassThrough(),
    stdout,
    stderr,
    onInterrupt: () => () => {},
  };
  const read = (sink: Sink): string => (sink instanceof PassThrough ? String(sink.read() ?? '') : '');
  return { it: new Output(around, json), out: () => read(stdout), err: () => read(stderr) };
}

t.test('an answer is text for people and the exact body for --json', async (t) => {
  const people = output(false);
  await people.it.answer({ text: '{"a": 1}' }, 'One.');
  t.equal(people.out(), 'One.\n');
  const programs = output(true);
  await programs.it.answer({ text: '{"a": 1}' }, 'One.');
  t.equal(programs.out(), '{"a": 1}\n');
  await programs.it.answer({ text: '' }, 'One.');
  t.equal(programs.out(), '', 'a 204 has no body');
});

t.test('what is said goes to standard error, one line, without control characters', async (t) => {
  const { it, out, err } = output(false);
  await it.say('a\u001b[2Jb');
  t.equal(err(), 'ampoule: a\\x1b[2Jb\n');
  t.equal(out(), '');
});

t.test('a slow reader is waited for', async (t) => {
  let release = (): void => {};
  const slow = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => {
      release = done;
    },
  });
  let written = false;
  const writing = output(false, { stdout: slow })
    .it.bytes(Buffer.from('ab'))
    .then(() => {
      written = true;
    });
  await new Promise(setImmediate);
  t.equal(written, false);
  release();
  await writing;
  t.equal(written, true);
});

t.test('colours at a terminal only', async (t) => {
  const terminal: Sink = new PassThrough();
  terminal.isTTY = true;
  t.equal(output(false, { stdout: terminal }).it.colour('red', 'a'), '\u001b[31ma\u001b[0m');
  t.equal(output(false, { stdout: terminal, env: { NO_COLOR: '1' } }).it.colour('red', 'a'), 'a');
  t.equal(output(false).it.colour('red', 'a'), 'a');
});

t.test('progress is said at a terminal after a second and cleared, and nowhere else', async (t) => {
  const terminal: Sink = new PassThrough();
  terminal.isTTY = true;
  const there = output(false, { stderr: terminal });
  t.equal(await there.it.progress('working', Promise.resolve(7)), 7);
  t.equal(there.err(), '', 'nothing for what is quick');
  const slow = new Promise((resolve) => {
    terminal.once('data', resolve);
  });
  await there.it.progress('working', slow);
  t.ok(there.err().endsWith('\r\u001b[K'), 'cleared');
  const elsewhere = output(false);
  await t.rejects(elsewhere.it.progress('working', Promise.reject(new Error('no'))), { message: 'no' });
  t.equal(elsewhere.err(), '');
});
