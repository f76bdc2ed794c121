/** Keeps track of a command while it runs: in the list of those that run, for its sandbox's idle time, and for what ends it early. */

import type { ExecExit } from '../../sandbox/index.js';
import type { StartedExec } from './exec-run.js';
import type { Http } from './respond.js';
import type { OpenStream } from './streams.js';

/** Most milliseconds between signs of life of a sandbox while a command runs in it: its idle time counts from the last. */
const TOUCH = 30_000;

/**
 * Registers the command until it ends. With a stream, a client that went, a token that lost its power and a stopping daemon end
 * it; without one it is detached and goes on by itself.
 */
export function follow({ parts, execs }: Http, exec: StartedExec, stream: OpenStream | null): void {
  const { sandbox, command, running, tty } = exec;
  const { sandboxes, sessions } = parts.vault;
  const touch = (): void => {
    try {
      sandboxes.touch(sandbox.id);
      sessions.touch(sandbox.session);
    } catch {
      // A full disk keeps no command from running; the next sign of life is tried again.
    }
  };
  const end = (): void => void running.end(String(stream?.signal.reason)).catch(() => {});
  const timer = setInterval(touch, TOUCH).unref();
  execs.add({ sandbox: sandbox.id, startedAt: parts.now(), detached: stream === null, tty, command, running });
  stream?.signal.addEventListener('abort', end);
  if (stream?.signal.aborted === true) end();
  const over = (): void => {
    clearInterval(timer);
    stream?.signal.removeEventListener('abort', end);
    execs.remove(running.execId);
    stream?.close();
    touch();
  };
  touch();
  running.exit.then(over, over);
}

/** The exit, counted. */
export async function counted({ parts }: Http, { running }: Pick<StartedExec, 'running'>): Promise<ExecExit> {
  const exit = await running.exit;
  parts.metrics.count('ampoule_execs_total', { outcome: exit.reason ?? (exit.code === 0 ? 'OK' : 'FAILED') });
  return exit;
}
