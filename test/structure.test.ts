/** The rules of the house hold, and the checks that say so can fail. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import {
  fileViolations,
  importViolations,
  mirrorViolations,
  OWNERS,
  orphanedTests,
  type Sources,
} from './structure.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Files with code beyond the length at which one is rethought, and why they are whole. */
const LONG: Record<string, string> = {};

/** Sources whose test is not the one of their name. */
const ELSEWHERE: Record<string, string> = {
  'daemon/quickstart/main.ts': 'test/integration/quickstart.test.ts',
  'daemon/quickstart/demo.ts': 'test/integration/quickstart.test.ts',
  'daemon/quickstart/engine.ts': 'test/integration/quickstart.test.ts',
  'daemon/quickstart/ampouled.ts': 'test/integration/quickstart.test.ts',
  'daemon/quickstart/leftovers.ts': 'test/integration/quickstart.test.ts',
  'daemon/quickstart/uninstall.ts': 'test/integration/quickstart.test.ts',
  'daemon/quickstart/image.ts': 'test/integration/engine.test.ts',
  'sandbox/reconcile/create.ts': 'test/integration/sandbox-delivery.test.ts',
  'sandbox/env/delivery.ts': 'test/integration/sandbox-delivery.test.ts',
  'sandbox/reconcile/execute.ts': 'test/integration/sandbox-delivery.test.ts',
  'sandbox/link/return.ts': 'test/sandbox/link/door.test.ts',
  'sandbox/memory/commands.ts': 'test/integration/sandbox-memory.test.ts',
  'sandbox/memory/output.ts': 'test/integration/last-words.test.ts',
  'sandbox/memory/container.ts': 'test/integration/sandbox-memory.test.ts',
  'sandbox/memory/delivery.ts': 'test/integration/sandbox-memory.test.ts',
  'sandbox/memory/exec.ts': 'test/integration/sandbox-memory.test.ts',
  'sandbox/memory/pass.ts': 'test/integration/sandbox-memory.test.ts',
  'sandbox/memory/revoke.ts': 'test/integration/sandbox-memory.test.ts',
  'sandbox/memory/sandbox.ts': 'test/integration/sandbox-memory.test.ts',
  'sandbox/memory/probe.ts': 'test/integration/sandbox-memory-probe.test.ts',
  'sandbox/container/running-row.ts': 'test/integration/sandbox-delivery.test.ts',
  'daemon/scan/git-files.ts': 'test/daemon/scan/scan.test.ts',
  'daemon/scan/git-repository.ts': 'test/daemon/scan/scan.test.ts',
  'daemon/scan/scan-worker.ts': 'test/daemon/scan/thread.test.ts',
};

/** Tests that mirror no source, and what they test. */
const OTHERS: Record<string, string> = {
  'test/daemon/cli/documentation.test.ts': 'docs/cli.md',
  'test/daemon/quickstart/progress.test.ts': 'daemon/quickstart/progress.mjs',
  'test/daemon/quickstart/setup.test.ts': 'daemon/quickstart/setup.mjs',
};

function filesBelow(directory: string): string[] {
  return readdirSync(join(ROOT, directory), { recursive: true })
    .map((name) => join(directory, String(name)))
    .filter((name) => name.endsWith('.ts'));
}

const sources: Sources = new Map(
  ['store', 'sandbox', 'daemon'].flatMap(filesBelow).map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);
const tests = new Set(filesBelow('test').filter((path) => path.endsWith('.test.ts')));

t.test('imports go one way, and each foreign package has one owner', async (t) => {
  t.ok(sources.size > 100, 'the sources are read');
  t.same(importViolations(sources), []);
});

t.test('files are short, begin with what they are for, and have names that say what is inside', async (t) => {
  t.same(fileViolations(sources, LONG), []);
});

t.test('tests mirror sources', async (t) => {
  t.same(mirrorViolations(sources, tests, ELSEWHERE), []);
  t.same(orphanedTests(sources, tests, OTHERS), []);
  for (const path of Object.entries(OTHERS).flat()) t.ok(existsSync(join(ROOT, path)), path);
});

t.test('each dependency has an owner, and is pinned exactly', async (t) => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  t.same(
    Object.keys(dependencies).filter((name) => OWNERS[name] === undefined),
    [],
  );
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    t.match(version, /^\d+\.\d+\.\d+$/, name);
  }
});

t.test('the checks find what is planted', async (t) => {
  const planted = (path: string, text: string): Sources => new Map([[path, `/** For a test. */\n${text}\n`]]);
  const imports: [string, string, RegExp][] = [
    ['store/a.ts', "import { b } from '../sandbox/index.js';", /store imports no other layer/],
    ['store/a.ts', "import type { B } from '../sandbox/types.js';", /store imports no other layer/],
    ['sandbox/a.ts', "export { b } from '../store/index.js';", /sandbox imports no other layer/],
    ['sandbox/a.ts', "const b = await import('../daemon/log.js');", /sandbox imports no other layer/],
    ['sandbox/engine/a.ts', "import { b } from '../memory/b.js';", /memory is built on engine, not the other way/],
    ['sandbox/container/a.ts', "import type { B } from '../reconcile/b.js';", /reconcile is built on container/],
    ['daemon/a.ts', "import { b } from '../store/seal.js';", /only store\/index.ts is its public face/],
    ['daemon/http/a.ts', "import { b } from '../../sandbox/plan.js';", /only sandbox\/index.ts/],
    ['daemon/cli/a.ts', "import { b } from '../../store/index.js';", /the CLI knows the API alone/],
    ['store/a.ts', "import Database from 'better-sqlite3';", /belongs to store\/database.ts/],
    ['daemon/a.ts', "import { type Docker, x } from 'dockerode';", /belongs to sandbox\/engine\/docker.ts/],
    ['sandbox/a.ts', "import 'libsodium-wrappers';", /belongs to store\/seal.ts/],
    ['daemon/a.ts', "import left from 'left-pad/sub';", /left-pad, which no file owns/],
    ['store/a.ts', "import { request } from 'node:http';", /the vault talks to nobody/],
    ['store/a.ts', "import { b } from './b';", /does not end in .js/],
    ['daemon/a.ts', "import { b } from '../test/b.js';", /imports from the tests/],
  ];
  for (const [path, text, expected] of imports) {
    const [first = ''] = importViolations(planted(path, text));
    t.match(first, expected, text);
  }
  const files: [string, string, RegExp][] = [
    ['daemon/a.ts', 'export const b = process.env.HOME;', /reads process.env/],
    ['daemon/a.ts', "export const b = process['env'];", /reads process.env/],
    ['store/index.ts', "export * from './seal.js';", /export \*/],
    ['store/utils.ts', '', /name that says nothing/],
    ['daemon/http/route-helpers.ts', '', /name that says nothing/],
    ['store/a.ts', `export function b() {}\n${'//\n'.repeat(250)}`, /has \d+ lines/],
  ];
  for (const [path, text, expected] of files) {
    const [first = ''] = fileViolations(planted(path, text));
    t.match(first, expected, `${path}: ${text.slice(0, 40)}`);
  }
  t.match(fileViolations(new Map([['store/a.ts', 'export {};\n']])), [/does not begin/]);
  t.match(fileViolations(planted('store/a.ts', ''), { 'store/a.ts': 'one idea' }), [/is short now/]);
  t.match(fileViolations(new Map(), { 'store/a.ts': 'one idea' }), [/does not exist/]);

  const code = planted('store/a.ts', 'export const b = () => 1;');
  t.match(mirrorViolations(code, new Set()), [/store\/a.ts has no test\/store\/a.test.ts/]);
  t.match(mirrorViolations(code, new Set(), { 'store/a.ts': 'test/integration/a.test.ts' }), [/does not exist/]);
  const own = new Set(['test/store/a.test.ts']);
  t.match(mirrorViolations(code, own, { 'store/a.ts': 'test/store/a.test.ts' }), [/a test of its own now/]);
  t.match(mirrorViolations(new Map(), own, { 'store/b.ts': 'test/store/a.test.ts' }), [/does not exist/]);
  t.same(orphanedTests(code, new Set(['test/store/gone.test.ts', 'test/integration/x.test.ts'])), [
    'test/store/gone.test.ts',
  ]);
});

t.test('the checks let pass what is right', async (t) => {
  const right: Sources = new Map(
    Object.entries({
      'store/types.ts': '/** Types. */\nexport interface A { b(): void }\nexport const LIST = [1, 2];\n',
      'store/index.ts': "/** Face. */\nexport type * from './types.js';\nexport { a } from './a.js';\n",
      'sandbox/answers.ts': "/** Types. */\nimport type Docker from 'dockerode';\nexport type B = Docker;\n",
      'daemon/a.ts': "/** Of process.env nothing. */\nimport { a } from '../store/index.js';\nexport { a };\n",
    }),
  );
  t.same([...importViolations(right), ...fileViolations(right), ...mirrorViolations(right, new Set())], []);
  t.same(orphanedTests(new Map([['store/a.ts', '']]), new Set(['test/store/a-edges.test.ts'])), []);
});
