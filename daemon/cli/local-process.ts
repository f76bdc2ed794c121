/** Runs a command on this machine with an environment of its own: our streams, our signals, its exit code. Knows no API. */

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { CliError, EXIT } from './errors.js';
import type { Surroundings } from './surroundings.js';

/** A terminal gives these to everything in its foreground, the command too. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/**
 * Resolves with the exit code of the command when it has ended; 128 + N where signal N ended it.
 * @throws CliError with exit code 127 where it was not found, 126 where it cannot be executed.
 */
export async function runLocally(
  [program = '', ...args]: readonly string[],
  env: Record<string, string | undefined>,
  around: Surroundings,
): Promise<number> {
  const stdio: StdioOptions = [handed(around.stdin), handed(around.stdout), handed(around.stderr)];
  const child = started(program, () => spawn(program, args, { env, cwd: around.cwd, stdio }));
  const forget = around.onSignal?.((signal) => {
    if (!(FROM_TERMINAL.includes(signal) && atTerminal(around))) child.kill(signal);
  });
  if (child.stdin !== null) around.stdin.pipe(child.stdin).on('error', () => {});
  child.stdout?.pipe(around.stdout, { end: false });
  child.stderr?.pipe(around.stderr, { end: false });
  try {
    return await ended(child, program);
  } finally {
    forget?.();
    if (child.stdin !== null) around.stdin.unpipe(child.stdin);
  }
}

/** Standard input may be a pipe in the foreground of a terminal, and the terminal in the background. */
function atTerminal({ inForeground, stdin }: Surroundings): boolean {
  return inForeground?.() ?? stdin.isTTY === true;
}

/** Some of what cannot be started is thrown at once, the rest is told later. */
function started(program: string, start: () => ChildProcess): ChildProcess {
  try {
    return start();
  } catch (error) {
    throw unstartable(program, error as NodeJS.ErrnoException);
  }
}

/** The stream itself where it is one of the system's. */
function handed(stream: (Readable | Writable) & { fd?: unknown }): number | 'pipe' {
  return typeof stream.fd === 'number' ? stream.fd : 'pipe';
}

function ended(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(unstartable(program, error)));
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

function unstartable(program: string, cause: NodeJS.ErrnoException): CliError {
  if (cause.code === 'ENOENT')
    return new CliError('NOT_FOUND', `There is no command ${JSON.stringify(program)} here. Check its name and PATH.`, {
      ...{ exit: EXIT.notFound, cause },
    });
  if (cause.code === 'E2BIG')
    return new CliError('TOO_LARGE', `${program} cannot be given all of it: too large. Give it less with --only.`, {
      cause,
    });
  return new CliError(
    'NOT_EXECUTABLE',
    `${program} cannot be executed (${cause.code ?? 'no reason given'}). Check it.`,
    {
      ...{ exit: EXIT.notExecutable, cause },
    },
  );
}
