import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { judge, runFiles } from './suite.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

t.test('judges what a file said and how it ended', async (t) => {
  t.same(judge('ok 1 - a\n# { total: 3, pass: 3 }\n', 0), { counts: { passed: 3, failed: 0, skipped: 0 }, told: [] });
  const failed = judge('    ok 1 - yes\n    not ok 2 - no\n      diff\n# { total: 2, pass: 1, fail: 1 }\n', 1);
  t.equal(failed.counts.failed, 1);
  t.same(failed.told, ['    not ok 2 - no', '      diff', '# { total: 2, pass: 1, fail: 1 }']);
  t.match(judge('', 0), { counts: { failed: 1 }, told: ['no test ran'] });
  t.match(judge('# { total: 1, pass: 1 }', 3), { counts: { passed: 1, failed: 1 } }, 'a bad end after good tests');
  t.match(judge('# { total: 1, pass: 1 }', null).told.at(-1), /a signal/);
  t.match(judge('# { total: 1, skip: 1 }', 0), { counts: { failed: 0, skipped: 1 } });
});

t.test('runs files and counts them', async (t) => {
  // Below the root, where tests find tap.
  const dir = t.testdir({});
  const files = Object.entries({
    good: "import t from 'tap'; t.ok(true); t.test('in', async (t) => t.equal(1, 1));",
    bad: "import t from 'tap'; t.ok(process.env.GIVEN === 'no', 'as given');",
    empty: 'export {};',
    broken: 'throw new Error("at once");',
    stuck: "import t from 'tap'; t.test('for ever', () => new Promise((r) => setTimeout(r, 60_000)));",
  }).map(([name, text]) => {
    const file = join(dir, `${name}.ts`);
    writeFileSync(file, text);
    return file;
  });
  const lines: string[] = [];
  const options = {
    cwd: ROOT,
    jobs: 2,
    seconds: 3,
    lastWords: 1,
    env: { GIVEN: 'yes' },
    print: (line: string) => lines.push(line),
  };
  const counts = await runFiles(files, options);
  t.same({ passed: counts.passed, failed: counts.failed >= 4 }, { passed: 2, failed: true });
  for (const [name, state] of [
    ['good', 'ok     '],
    ['bad', 'not ok '],
    ['empty', 'not ok '],
    ['broken', 'not ok '],
    ['stuck', 'not ok '],
  ] as const) {
    t.ok(
      lines.some((line) => line.startsWith(`${state}${join(dir, `${name}.ts`)}`)),
      name,
    );
  }
  t.match(lines.join('\n'), /as given/);
  t.match(lines.join('\n'), /at once/);
});
