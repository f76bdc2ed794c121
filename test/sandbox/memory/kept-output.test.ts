/** What is kept of commands that are over: bounds, time, and nothing that was not redacted. */

import t from 'tap';
import type { OutputPart } from '../../../sandbox/engine/demux.js';
import { KeptOutput, lastLines } from '../../../sandbox/memory/kept-output.js';
import type { EndedExec } from '../../../sandbox/types.js';

const part = (text: string, stream: OutputPart['stream'] = 'stdout'): OutputPart => ({
  stream,
  data: Buffer.from(text),
});
const said = (output: readonly OutputPart[] | undefined): [string, string][] =>
  (output ?? []).map(({ stream, data }) => [stream, Buffer.from(data).toString()]);
const end = (execId: string, endedAt: number): EndedExec => ({
  ...{ execId, detached: true, tty: false, startedAt: 1, endedAt },
  exit: { code: 3 },
});

function kept(options: { most?: number } = {}) {
  const clock = { now: 1_000 };
  const one = new KeptOutput({
    timers: { now: () => clock.now },
    redact: (sandbox, output) => {
      if (sandbox === 'sbx_sealed') throw new Error('sealed');
      return output.map(({ stream, data }) => part(Buffer.from(data).toString().replaceAll('hunter22', '***'), stream));
    },
    ...options,
  });
  return { one, clock };
}

t.test('output and end of a command, redacted, until its time is over', async (t) => {
  const { one, clock } = kept();
  const raw = [part('a hunter22\n'), part('oh\n', 'stderr')];
  one.last('sbx_1', 'exe_1', raw);
  t.equal(one.command('sbx_1', 'exe_1'), null, 'it has not ended');
  t.same(one.ends('sbx_1'), []);
  one.ended('sbx_1', end('exe_1', clock.now), [part('told\n', 'stderr')]);
  const found = one.command('sbx_1', 'exe_1');
  t.same(found?.end, end('exe_1', 1_000));
  t.same(said(found?.output), [
    ['stdout', 'a ***\n'],
    ['stderr', 'oh\n'],
    ['stderr', 'told\n'],
  ]);
  t.ok(
    raw.every(({ data }) => data.every((byte) => byte === 0)),
    'what came is wiped',
  );
  t.equal(one.command('sbx_2', 'exe_1'), null);
  clock.now += 15 * 60_000;
  t.equal(one.ends('sbx_1').length, 1);
  clock.now += 1;
  t.same([one.ends('sbx_1'), one.command('sbx_1', 'exe_1')], [[], null]);
});

t.test('a main process replaces what an earlier one wrote, and stays', async (t) => {
  const { one, clock } = kept();
  t.same(one.main('sbx_1'), []);
  one.last('sbx_1', 'main-1', [part('first\n')]);
  one.last('sbx_1', 'main-2', [part('second\n')]);
  clock.now += 3_600_000;
  t.same(said(one.main('sbx_1')), [['stdout', 'second\n']]);
  t.same(one.ends('sbx_1'), []);
  one.forget('sbx_1');
  t.same(one.main('sbx_1'), []);
});

t.test('where nobody knows the values, the output is withheld and the end is not', async (t) => {
  const { one } = kept();
  one.last('sbx_sealed', 'exe_1', [part('hunter22')]);
  one.ended('sbx_sealed', end('exe_1', 1_000));
  t.match(said(one.command('sbx_sealed', 'exe_1')?.output), [['stderr', /withheld/]]);
  one.last('sbx_sealed', 'main-1', []);
  t.same(one.main('sbx_sealed'), [], 'nothing was written, and nothing is withheld');
});

t.test('bounds: ends of one sandbox, bytes of all', async (t) => {
  // 256 bytes count for each piece.
  const { one } = kept({ most: 100 + 2 * 256 });
  one.last('sbx_1', 'main-1', [part('m'.repeat(40))]);
  one.last('sbx_1', 'exe_a', [part('a'.repeat(40))]);
  one.ended('sbx_1', end('exe_a', 1_000));
  one.last('sbx_2', 'main-1', [part('n'.repeat(40))]);
  t.same(said(one.main('sbx_1')), [], 'the oldest lost its output');
  t.same(said(one.command('sbx_1', 'exe_a')?.output), [['stdout', 'a'.repeat(40)]]);
  one.last('sbx_2', 'main-2', [part('o'.repeat(90 + 256))]);
  t.same(said(one.command('sbx_1', 'exe_a')?.output), [], 'its output is gone');
  t.match(one.command('sbx_1', 'exe_a')?.end, { exit: { code: 3 } }, 'how it ended is known still');
  t.same(said(one.main('sbx_2')), [['stdout', 'o'.repeat(90 + 256)]], 'the newest is whole');
  for (let n = 0; n < 70; n += 1) one.ended('sbx_3', end(`exe_${n}`, 1_000));
  t.equal(one.ends('sbx_3').length, 64);
  t.equal(one.ends('sbx_3')[0]?.execId, 'exe_6');
});

t.test('the last lines', async (t) => {
  const output = [part('one\ntw'), part('o\n', 'stderr'), part('three\n')];
  const last = (lines?: number) => said(lastLines(output, lines)).map(([, text]) => text);
  t.same(last(), ['one\ntw', 'o\n', 'three\n']);
  t.same(last(0), []);
  t.same(last(1), ['three\n']);
  t.same(last(2), ['tw', 'o\n', 'three\n']);
  t.same(last(3), ['one\ntw', 'o\n', 'three\n']);
  t.same(last(9), ['one\ntw', 'o\n', 'three\n']);
  t.same(said(lastLines([part('a\nopen')], 1)), [['stdout', 'open']], 'a line without its end counts');
  t.same(said(lastLines([part('a\n\n\n')], 2)), [['stdout', '\n\n']], 'empty lines are lines');
});

t.test('pieces of one stream become one, and many small ones are not small', async (t) => {
  const { one } = kept();
  const bytes = Array.from({ length: 1_000 }, () => part('x'));
  one.last('sbx_1', 'main-1', bytes);
  t.same(said(one.main('sbx_1')), [['stdout', 'x'.repeat(1_000)]]);
  t.ok(
    bytes.every(({ data }) => data[0] === 0),
    'what came is wiped',
  );
  const mixed = Array.from({ length: 10_000 }, (_, n) => part('x', n % 2 === 0 ? 'stdout' : 'stderr'));
  for (let n = 0; n < 10; n += 1) one.last(`sbx_${n}`, 'main-1', mixed);
  const left = Array.from({ length: 10 }, (_, n) => one.main(`sbx_${n}`)).filter((output) => output.length > 0);
  t.equal(left.length, 6, 'of 16 MiB each takes two and a half');
});

t.test('what ended does not end again, and what was not heard is said', async (t) => {
  const { one } = kept();
  one.last('sbx_1', 'exe_1', [part('first')]);
  one.ended('sbx_1', end('exe_1', 1_000));
  one.last('sbx_1', 'exe_1', [part('second')]);
  one.ended('sbx_1', { ...end('exe_1', 2_000), exit: { code: 0 } });
  t.same(said(one.command('sbx_1', 'exe_1')?.output), [['stdout', 'first']]);
  t.match(one.ends('sbx_1'), [{ endedAt: 1_000, exit: { code: 3 } }]);
  one.ended('sbx_1', end('exe_2', 1_000));
  t.match(said(one.command('sbx_1', 'exe_2')?.output), [['stderr', /is not known/]]);
});

t.test('a main process that could not be started says why', async (t) => {
  const { one } = kept();
  t.equal(one.hadMain('sbx_1'), false);
  one.last('sbx_1', 'main-1', []);
  t.equal(one.hadMain('sbx_1'), true, 'one that wrote nothing was there, too');
  one.mainEnded('sbx_1', [part('nosuch: not found\n', 'stderr')]);
  t.same(said(one.main('sbx_1')), [['stderr', 'nosuch: not found\n']]);
  one.last('sbx_1', 'main-2', [part('works\n')]);
  one.mainEnded('sbx_1', []);
  t.same(said(one.main('sbx_1')), [['stdout', 'works\n']]);
});
