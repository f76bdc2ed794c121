/**
 * Runs test files one after the other in this process, each below a test of its own, and says on lines of their own where each begins and
 * ends. It ends after a file that failed or left something behind, since the next one would meet that. Counts nothing up.
 *
 *   batch.ts SECONDS FILE …
 */

import { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import { beginLine, type Ending, endLine } from './batch-lines.js';
import { pause } from './engine/wait.js';

const [seconds = '', ...files] = process.argv.slice(2);
const WITHIN = Number(seconds) * 1000;
/** Milliseconds in which what a file has ended is over. */
const LETTING_GO = 10_000;
const OPEN = 'open: ';
/** Turns of the event loop in which a file may begin further tests. */
const TURNS = 5;

/** Errors that no test of the file took for its own. */
const astray: string[] = [];

/** Which test each file gets as its `t`, by the file's URL. */
const given = new Map<string, Test>();
Reflect.set(globalThis, Symbol.for('ampoule.test.batch'), given);

/** Without ends of pipes: Node names those too that keep nothing alive. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((resource) => resource !== 'PipeWrap');
}

/** What keeps this process alive, and what it has that one file may change under another; with how often. */
function state(): Map<string, number> {
  const found = [
    ...resources().map((resource) => `${OPEN}${resource}`),
    ...process
      .eventNames()
      .flatMap((name) => process.listeners(name as NodeJS.Signals).map(() => `on ${String(name)}`)),
    ...Object.entries(process.env).map(([name, value]) => `${name}=${value}`),
    ...[`the directory ${process.cwd()}`, `the umask ${process.umask().toString(8)}`],
    ...(process.exitCode ? [`the exit code ${process.exitCode}`] : []),
  ];
  const counts = new Map<string, number>();
  for (const what of found) counts.set(what, (counts.get(what) ?? 0) + 1);
  return counts;
}

/** What is there that was not, and what of the environment is not there any more. */
function since(before: ReadonlyMap<string, number>): string[] {
  const now = state();
  const more = [...now].filter(([what, count]) => count > (before.get(what) ?? 0)).map(([what]) => what);
  const less = [...before.keys()].filter((what) => what.includes('=') && !now.has(what)).map((what) => `no ${what}`);
  return [...more, ...less];
}

async function runFile(file: string): Promise<Ending> {
  console.log(beginLine(file));
  const before = state();
  const { pass, fail, skip, todo } = t.counts;
  await t.test(file, { timeout: WITHIN }, async (t) => {
    // As if it were run alone.
    t.testdirName = resolve('.tap/fixtures', file.replace(/[^\w.-]+/g, '-'));
    const { href } = pathToFileURL(resolve(file));
    given.set(href, t);
    await import(href);
    // What begins a few turns later belongs to it still.
    for (let turn = 0; turn < TURNS; turn += 1) await pause(0);
  });
  // A process of its own would not end either before it has let go of everything.
  const end = Date.now() + Math.min(WITHIN, LETTING_GO);
  const holding = (): boolean => since(before).some((what) => what.startsWith(OPEN));
  while (t.passing() && holding() && Date.now() < end) await pause(5);
  // Rejections that nobody looks at are told of only now; and the last result counts once another line follows it.
  await pause(0);
  t.comment(file);
  const { counts } = t;
  return {
    ...{ file, pass: counts.pass - pass, fail: counts.fail - fail },
    ...{ skip: counts.skip + counts.todo - skip - todo, left: [...since(before), ...astray] },
  };
}

for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error: unknown) => void astray.push(error instanceof Error ? (error.stack ?? '') : String(error)));
register(new URL('./batch-tap.mjs', import.meta.url).href);
// With its first line tap settles in this process; so does standard error when it is first looked at.
t.comment(`a batch of ${files.length}`);
process.stderr.write('');
for (const file of files) {
  const ending = await runFile(file);
  console.log(endLine(ending));
  if (ending.fail > 0 || ending.left.length > 0 || ending.pass + ending.skip === 0) process.exit(1);
}
process.exit(0);
