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

/** Test files in a directory below the root, where they find tap. In the order of their names. */
function filesIn(dir: string, texts: Record<string, string>): string[] {
  return Object.entries(texts).map(([name, text]) => {
    const file = join(dir, `${name}.test.ts`);
    writeFileSync(file, text);
    return file;
  });
}

const FILES = {
  good: "import t from 'tap'; t.ok(true); t.test('in', async (t) => t.equal(1, 1));",
  bad: "import t from 'tap'; t.ok(process.env.GIVEN === 'no', 'as given');",
  empty: 'export {};',
  broken: 'throw new Error("at once");',
  stuck: "import t from 'tap'; t.test('for ever', () => new Promise((r) => setTimeout(r, 60_000)));",
};
/** Long enough for a good file to begin on a busy machine. */
const OPTIONS = { cwd: ROOT, jobs: 2, seconds: 12, lastWords: 1, env: { GIVEN: 'yes' } };

t.test('runs files and counts them', async (t) => {
  const lines: string[] = [];
  const files = filesIn(t.testdir({}), FILES);
  const counts = await runFiles(files, { ...OPTIONS, print: (line) => lines.push(line) });
  t.same({ passed: counts.passed, failed: counts.failed >= 4 }, { passed: 2, failed: true });
  for (const [at, file] of files.entries()) {
    const state = at === 0 ? 'ok     ' : 'not ok ';
    t.ok(
      lines.some((line) => line.startsWith(`${state}${file}`)),
      file,
    );
  }
  t.match(lines.join('\n'), /as given/);
  t.match(lines.join('\n'), /at once/);
});

t.test('files that share a process stand for themselves', async (t) => {
  const shared = 'globalThis.count = (globalThis.count ?? 0) + 1';
  const texts = {
    ...FILES,
    exits: "import t from 'tap'; t.ok(true); await t.test('in', async () => process.exit(0));",
    killed: "import t from 'tap'; t.ok(true); t.test('in', async () => process.kill(process.pid, 'SIGKILL'));",
    thrown: "import t from 'tap'; t.test('in', (t) => void setTimeout(() => { throw new Error('later'); }, 10));",
    rejected: "import t from 'tap'; t.ok(true); void Promise.reject(new Error('nobody looks'));",
    late: "import t from 'tap'; t.ok(true); setTimeout(() => { throw new Error('after all'); }, 50);",
    open: "import t from 'tap'; import { createServer } from 'node:net'; t.ok(true); createServer().listen(0);",
    variable: "import t from 'tap'; t.ok(true); process.env.LEFT = 'x';",
    removed: "import t from 'tap'; t.ok(true); delete process.env.GIVEN;",
    listener: "import t from 'tap'; t.ok(true); process.on('SIGUSR2', () => {});",
    directory: "import t from 'tap'; t.ok(true); process.chdir('/');",
    mask: "import t from 'tap'; t.ok(true); process.umask(0o007);",
    busy: "import t from 'tap'; t.test('for ever', async () => { for (;;); });",
    first: `import t from 'tap'; ${shared}; t.equal(globalThis.count, 1); t.equal(t.name.endsWith('first.test.ts'), true);`,
    second: `import t from 'tap'; ${shared}; t.equal(globalThis.count, 2, 'in the same process'); t.ok(t.testdir({}));`,
  };
  const lines: string[] = [];
  const options = { ...OPTIONS, jobs: 1, lastWords: 10 };
  const files = filesIn(t.testdir({}), texts);
  const counts = await runFiles(files, { ...options, together: 100, print: (line) => lines.push(line) });
  const told = lines.filter((line) => /^(ok|not ok) /.test(line)).map((line) => line.replace(/ \(.*/, ''));
  const good = ['good', 'first', 'second'];
  t.same(
    told,
    Object.keys(texts).map((name, at) => `${good.includes(name) ? 'ok    ' : 'not ok'} ${files[at]}`),
    'each is told of once and in order, and what comes after a bad one is run',
  );
  t.ok(counts.failed >= told.length - good.length);
  const all = lines.join('\n');
  for (const what of [
    'as given',
    'at once',
    'no test ran',
    'timeout!',
    'later',
    'nobody looks',
    'after all',
    'with 0',
    'a signal',
  ])
    t.match(all, what);
  for (const what of ['open: TCPServerWrap', 'LEFT=x', 'on SIGUSR2', 'the directory /', 'the umask 7'])
    t.match(all, `left behind: ${what}`);
});
