/** Runs the built command line as a person would, against a daemon of a test. Judges nothing. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestDaemon } from './daemon.js';

const PROGRAM = fileURLToPath(new URL('../../dist/ampoule.js', import.meta.url));

export interface Ran {
  code: number | null;
  out: string;
  err: string;
  /** Standard output. */
  bytes: Buffer;
}

export interface RunOptions {
  stdin?: string | Buffer;
  env?: Record<string, string>;
  /** Presses Ctrl-C when its output has this. */
  interruptAt?: string;
  /** Is called with all of its output so far, whenever more comes. */
  hear?: (out: string) => void;
}

/** @param line words, or a line without quotes */
export function runAmpoule(daemon: TestDaemon, line: string | string[], options: RunOptions = {}): Promise<Ran> {
  return spawnAmpoule(daemon, line, options).ran;
}

/** The same, with the process that runs. */
export function spawnAmpoule(
  daemon: TestDaemon,
  line: string | string[],
  options: RunOptions = {},
): { pid: number; ran: Promise<Ran> } {
  const argv = typeof line === 'string' ? line.split(' ') : line;
  const child = spawn(process.execPath, [PROGRAM, ...argv], {
    cwd: daemon.dir,
    env: { PATH: process.env.PATH, HOME: daemon.dir, ...daemon.clientEnv(), ...options.env },
  });
  const ran = new Promise<Ran>((resolve, reject) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk);
      options.hear?.(Buffer.concat(out).toString());
      if (options.interruptAt !== undefined && Buffer.concat(out).includes(options.interruptAt)) child.kill('SIGINT');
    });
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const bytes = Buffer.concat(out);
      resolve({ code, out: bytes.toString(), err: Buffer.concat(err).toString(), bytes });
    });
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  return { pid: child.pid ?? 0, ran };
}
