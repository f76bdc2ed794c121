/** Runs test files, each in a process of its own, some at a time, and adds up what they say. Knows nothing of what they test. */

import { spawn } from 'node:child_process';
import { type Counts, countsOf, NOTHING, sum } from './tap-counts.js';

export interface SuiteOptions {
  cwd: string;
  /** Files at a time. */
  jobs: number;
  /** Longest time that a file may take. */
  seconds: number;
  /** Further seconds in which a test that ran out of time may say so by itself. */
  lastWords: number;
  env?: Record<string, string>;
  print(line: string): void;
}

/** What came of one file. */
export interface FileResult {
  counts: Counts;
  /** To be printed, when it failed. */
  told: string[];
}

const TYPESCRIPT = new URL('./typescript.mjs', import.meta.url).href;
const GOOD = /^\s*ok \d+/;

/** A file that ends badly, does not end, or has no test counts as a failure. */
export function judge(output: string, status: number | null): FileResult {
  const counts = countsOf(output);
  const nothing = counts.passed + counts.failed + counts.skipped === 0;
  if (status === 0 && counts.failed === 0 && !nothing) return { counts, told: [] };
  const told = output.split('\n').filter((line) => line.trim() !== '' && !GOOD.test(line));
  if (nothing) told.push('no test ran');
  if (counts.failed === 0) told.push(`ended with ${status ?? 'a signal'}`);
  return { counts: { ...counts, failed: Math.max(1, counts.failed) }, told };
}

/** Gives the sum over all files; each file is told of as it ends. */
export async function runFiles(files: readonly string[], options: SuiteOptions): Promise<Counts> {
  const waiting = [...files];
  let total = NOTHING;
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const begun = Date.now();
      const { output, status } = await runFile(file, options);
      const { counts, told } = judge(output, status);
      total = sum(total, counts);
      const took = `${((Date.now() - begun) / 1000).toFixed(1)} s`;
      options.print(`${counts.failed === 0 ? 'ok    ' : 'not ok'} ${file} (${counts.passed} passed, ${took})`);
      for (const line of told) options.print(`    ${line}`);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, worker));
  return total;
}

/** Standard error goes between the rest, as it would at a terminal. */
function runFile(file: string, options: SuiteOptions): Promise<{ output: string; status: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', TYPESCRIPT, file], {
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env, TAP: '1', TAP_TIMEOUT: String(options.seconds) },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), (options.seconds + options.lastWords) * 1000);
    child.once('error', reject);
    // Not "close": a process that a test forgot may hold the pipes open.
    child.once('exit', (status) => {
      clearTimeout(timer);
      setImmediate(() => resolve({ output: Buffer.concat(chunks).toString(), status }));
    });
  });
}
