import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { patternsOf } from './forms.js';
import { inEngine, inFiles, inProcesses, observe } from './observer.js';
import { until } from './wait.js';

const canary = (): string => `canary-${randomBytes(12).toString('hex')}`;

t.test('finds a value in files, also across the borders of what is read at once', async (t) => {
  const dir = t.testdir({});
  const value = canary();
  const patterns = patternsOf('CANARY', value);
  mkdirSync(join(dir, 'a/b'), { recursive: true });
  writeFileSync(join(dir, 'a/b/nothing'), 'nothing here');
  t.same(inFiles(dir, patterns), []);
  for (const at of [0, (4 << 20) - 20, 4 << 20, 8 << 20]) {
    const file = join(dir, `a/at-${at}`);
    writeFileSync(file, Buffer.alloc(at, 'x'));
    appendFileSync(file, Buffer.from(`${value}yyy`));
    t.same(inFiles(file, patterns), [{ value: 'CANARY', form: 'raw', where: `file ${file}` }], `at ${at}`);
  }
  t.equal(inFiles(dir, patterns).length, 4);
  writeFileSync(join(dir, value), '');
  t.match(inFiles(join(dir, value), patterns), [{ where: /^name / }]);
  t.same(inFiles(join(dir, 'absent'), patterns), []);
});

t.test('finds a value in the environment and the arguments of a process', async (t) => {
  const [inEnvironment, inArguments] = [canary(), canary()];
  const patterns = [...patternsOf('ENV', inEnvironment), ...patternsOf('ARG', inArguments)];
  t.same(inProcesses(patterns), [], 'nothing before');
  const child = spawn('sh', ['-c', 'read line', inArguments], {
    env: { PATH: process.env.PATH, CANARY: inEnvironment },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  // A program that is just beginning has neither yet.
  await until('both being seen', () => inProcesses(patterns).length >= 2);
  t.match(
    inProcesses(patterns).map(({ value, where }) => ({ value, where })),
    [
      { value: 'ENV', where: new RegExp(`^environ ${child.pid} `) },
      { value: 'ARG', where: new RegExp(`^cmdline ${child.pid} `) },
    ],
  );
  t.same(inProcesses(patterns, [child.pid ?? 0]), [], 'unless it is excepted');
});

t.test('finds a value in what Docker tells', async (t) => {
  const value = canary();
  const engine = {
    docker: async (...args: string[]) => {
      if (args[0] === 'ps') return 'one\ntwo\n';
      return args.includes('two') ? `[{"Config": {"Env": ["KEY=${value}"]}}]` : '';
    },
  };
  t.same(await inEngine(engine, patternsOf('KEY', value)), [
    { value: 'KEY', form: 'raw', where: 'inspect container two' },
  ]);
  const sightings = await observe({ KEY: value }, { engine, paths: [t.testdir({ file: value })] });
  t.same(
    sightings.map(({ where }) => where.split(' ')[0]),
    ['file', 'inspect'],
  );
});
