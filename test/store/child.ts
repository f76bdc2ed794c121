/** Opens a vault in a process of its own: what tests need that are about two processes, or about one that is killed. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs `script` (a file beside this one) under the same loader as the test. Resolves with its first line of output. */
export async function startChild(script: string, ...args: string[]): Promise<{ child: ChildProcess; line: string }> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    if (said.includes('\n')) break;
  }
  return { child, line: said.split('\n')[0] ?? '' };
}

/** Kills it and waits for its end. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
