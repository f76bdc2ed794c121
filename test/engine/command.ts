/** Runs a program and collects what it says. */

import { spawn } from 'node:child_process';

export interface Ran {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** The same as `stdout`, byte for byte. */
  bytes: Buffer;
}

export interface RunOptions {
  input?: Uint8Array | string;
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Kills it after so many milliseconds; 120,000 unless told. */
  withinMs?: number;
}

/** Runs without a shell; resolves whatever its status was. Rejects when it could not be started. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    const timer = setTimeout(() => child.kill('SIGKILL'), options.withinMs ?? 120_000);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const bytes = Buffer.concat(out);
      resolve({ code, signal, stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), bytes });
    });
  });
}

/** As `run`, but anything than status 0 is an error that shows what the program said. Gives stdout. */
export async function must(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const ran = await run(file, args, options);
  if (ran.code === 0) return ran.stdout;
  throw new Error(`${[file, ...args].join(' ')} ended with ${ran.signal ?? ran.code}: ${ran.stderr || ran.stdout}`);
}
