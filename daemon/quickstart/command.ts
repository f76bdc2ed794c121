/** Runs a program to its end and gives what it said. */

import { execFile } from 'node:child_process';

export interface Ran {
  status: number;
  stdout: string;
  stderr: string;
}

/** Resolves whatever the status is; 127 when there is no such program. */
export function run(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 64 << 20, timeout: 300_000 };
    execFile(file, args, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ status, stdout, stderr });
    });
  });
}

/** As `run`; a status other than 0 is an error that shows what the program said. Gives stdout. */
export async function must(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { status, stdout, stderr } = await run(file, args, env);
  if (status === 0) return stdout;
  throw new Error(`\`${[file, ...args].join(' ')}\` ended with ${status}: ${(stderr || stdout).trim()}`);
}
