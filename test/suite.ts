/** Runs test files, each in a process of its own or some in one, some at a time, and adds up what they say. Knows nothing of what they test. */

import { fileURLToPath } from 'node:url';
import { batchesOf, type Ending, endingOf } from './batch-lines.js';
import { runProcess } from './suite-process.js';
import { type Counts, countsOf, NOTHING, sum } from './tap-counts.js';

export interface SuiteOptions {
  cwd: string;
  /** Processes at a time. */
  jobs: number;
  /** Longest time that a file may take. */
  seconds: number;
  /** Further seconds in which a test that ran out of time may say so by itself. */
  lastWords: number;
  /** Files of one directory that one process runs at most, one after the other; 1 unless told. */
  together?: number;
  env?: Record<string, string>;
  print(line: string): void;
}

/** What came of one file. */
export interface FileResult {
  counts: Counts;
  /** To be printed, when it failed. */
  told: string[];
}

const BATCH = fileURLToPath(new URL('./batch.ts', import.meta.url));
const GOOD = /^\s*ok \d+/;

/** A file that ends badly, does not end, or has no test counts as a failure. */
export function judge(output: string, status: number | null, counts = countsOf(output)): FileResult {
  const nothing = counts.passed + counts.failed + counts.skipped === 0;
  if (status === 0 && counts.failed === 0 && !nothing) return { counts, told: [] };
  const told = output.split('\n').filter((line) => line.trim() !== '' && !GOOD.test(line));
  if (nothing) told.push('no test ran');
  if (counts.failed === 0) told.push(`ended with ${status ?? 'a signal'}`);
  return { counts: { ...counts, failed: Math.max(1, counts.failed) }, told };
}

type Report = (file: string, result: FileResult) => void;

/** Gives the sum over all files; each file is told of as it ends. */
export async function runFiles(files: readonly string[], options: SuiteOptions): Promise<Counts> {
  const { together = 1 } = options;
  const waiting = batchesOf(files, together);
  let total = NOTHING;
  const worker = async (): Promise<void> => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      let begun = Date.now();
      const report: Report = (file, { counts, told }) => {
        total = sum(total, counts);
        const took = `${((Date.now() - begun) / 1000).toFixed(1)} s`;
        begun = Date.now();
        options.print(`${counts.failed === 0 ? 'ok    ' : 'not ok'} ${file} (${counts.passed} passed, ${took})`);
        for (const line of told) options.print(`    ${line}`);
      };
      if (together > 1) await runBatch(batch, options, report);
      else for (const file of batch) await runFile(file, options, report);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return total;
}

async function runFile(file: string, options: SuiteOptions, report: Report): Promise<void> {
  let output = '';
  const status = await processOf([file], options.seconds, options, (text) => {
    output += text;
    return false;
  });
  report(file, judge(output, status));
}

/** A process that ends before its last file is followed by one with the files after it: none is run twice, and none is left out. */
async function runBatch(batch: readonly string[], options: SuiteOptions, report: Report): Promise<void> {
  for (let files = [...batch]; files.length > 0; ) {
    let output = '';
    let good = true;
    const args = [BATCH, String(options.seconds), ...files];
    const status = await processOf(args, options.seconds * files.length, options, (text) => {
      const ending = endingOf(text);
      if (ending === null) output += text;
      // How long it takes to begin is none of the file's time.
      if (ending === null || ending.file !== files[0]) return text === `# BEGIN ${files[0]}\n`;
      const result = judgeEnding(output, ending);
      good = result.counts.failed === 0;
      report(ending.file, result);
      files.shift();
      output = '';
      return true;
    });
    // After a file that failed it ends by itself. Else it was brought to its end by the next one.
    const [unended] = files;
    if (good && unended !== undefined) {
      const { counts, told } = judge(output, status, { ...NOTHING, failed: 1 });
      report(unended, { counts, told: [...told, `ended before it was through, with ${status ?? 'a signal'}`] });
      files.shift();
    }
  }
}

/** A file is also bad when it leaves something that the next one would meet, or that would keep a process of its own from ending. */
function judgeEnding(output: string, { pass, fail, skip, left }: Ending): FileResult {
  const counts = { passed: pass, failed: left.length > 0 ? Math.max(1, fail) : fail, skipped: skip };
  const result = judge(output, 0, counts);
  return { ...result, told: [...result.told, ...left.map((what) => `left behind: ${what}`)] };
}

function processOf(
  args: string[],
  timeout: number,
  { cwd, seconds, lastWords, env }: SuiteOptions,
  hear: (text: string) => boolean,
): Promise<number | null> {
  const tap = { TAP: '1', TAP_TIMEOUT: String(timeout) };
  return runProcess(args, { cwd, env: { ...env, ...tap }, silence: seconds + lastWords, hear });
}
