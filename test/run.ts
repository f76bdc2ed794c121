/**
 * Runs the gates in order and adds up what the suites say; the last line is `N passed, N failed`. Holds no test itself.
 *
 *   run.ts all | unit | integration | faults  [test files …]
 */

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EnginePlace, startEngine } from './engine/engine.js';
import { VARIABLE } from './engine/shared.js';
import { runFiles, type SuiteOptions } from './suite.js';
import { type Counts, NOTHING, sum } from './tap-counts.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

type Place = readonly [directory: string, depth: 'here' | 'below'];

const UNIT: Place[] = [
  ['test', 'here'],
  ['test/store', 'below'],
  ['test/sandbox', 'below'],
  ['test/daemon', 'below'],
  ['test/engine', 'below'],
  ['test/bench', 'below'],
];
const INTEGRATION: Place[] = [
  ['test/integration', 'below'],
  // Opened by a foreign implementation, which is one of Debian's packages.
  ['test/vectors', 'below'],
];
const FAULTS: Place[] = [['test/faults', 'below']];

/** Programs that must end with 0 before anything is tested. */
const GATES: [string, string, string[]][] = [
  ['lint', 'biome', ['check', '--error-on-warnings']],
  ['types', 'tsc', ['--noEmit']],
  ['build', 'tsx', ['daemon/build.ts']],
  ['build with failpoints', 'tsx', ['daemon/build.ts', '--test']],
];

function bin(name: string): string {
  return join(ROOT, 'node_modules/.bin', name);
}

function execute(file: string, args: string[], env: Record<string, string> = {}): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** Test files right in the first directory of a pair, or anywhere below it. */
function filesOf(places: readonly Place[]): string[] {
  return places.flatMap(([directory, depth]) =>
    readdirSync(join(ROOT, directory), { recursive: depth === 'below' })
      .map((name) => join(directory, String(name)))
      .filter((name) => name.endsWith('.test.ts'))
      .sort(),
  );
}

function say(title: string): void {
  console.log(`\n== ${title} (${new Date().toISOString().slice(11, 19)})`);
}

function suite(
  title: string,
  files: string[],
  how: Pick<SuiteOptions, 'jobs' | 'seconds' | 'together'>,
  env: Record<string, string> = {},
): Promise<Counts> {
  say(`${title}: ${files.length} files`);
  return runFiles(files, { ...how, lastWords: 20, cwd: ROOT, env, print: (line) => console.log(line) });
}

async function withEngine(work: (env: Record<string, string>) => Promise<Counts>): Promise<Counts> {
  const engine = await startEngine();
  const { directory, socket, dockerHost, dataRoot, execRoot, log, group, guard } = engine;
  const place: EnginePlace = { directory, socket, dockerHost, dataRoot, execRoot, log, group, guard };
  try {
    await engine.importBusybox();
    return await work({ [VARIABLE]: JSON.stringify(place) });
  } finally {
    await engine.stop();
  }
}

async function main(): Promise<Counts> {
  const [what = 'all', ...given] = process.argv.slice(2);
  const chosen = given.map((file) => relative(ROOT, join(process.cwd(), file)));
  if (chosen.length > 0) return withEngine((env) => suite('chosen', chosen, { jobs: 1, seconds: 900 }, env));
  let counts = NOTHING;
  if (what === 'all') {
    for (const [title, program, args] of GATES) {
      say(title);
      if ((await execute(bin(program), args)) !== 0) {
        console.error(`${title} failed; the tests were not run.`);
        return { ...NOTHING, failed: 1 };
      }
    }
  }
  if (what === 'all' || what === 'unit')
    counts = sum(counts, await suite('unit', filesOf(UNIT), { jobs: 2, seconds: 300, together: 16 }));
  if (what === 'all' || what === 'integration') {
    const files = filesOf([...FAULTS, ...INTEGRATION]);
    counts = sum(counts, await withEngine((env) => suite('integration', files, { jobs: 2, seconds: 900 }, env)));
  }
  if (what === 'faults') {
    const how = { jobs: 1, seconds: 14_400 };
    counts = await withEngine((env) => suite('faults, in full', filesOf(FAULTS), how, { ...env, AMPOULE_FULL: '1' }));
  }
  return counts;
}

const counts = await main();
console.log(
  `\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
