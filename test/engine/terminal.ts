/** A program at a terminal of its own, for tests: types, and waits for what it shows. Starts nothing but `script` and the program. */

import { spawn } from 'node:child_process';
import { until } from './wait.js';

export interface Terminal {
  /** Types a line. */
  type(line: string): void;
  /** Until it has shown this since the last call; gives everything since then. */
  shows(what: RegExp): Promise<string>;
  /** Resolves with its exit status. */
  ended: Promise<number | null>;
  /** Ends it, if it runs. */
  end(): void;
}

/** Starts a program under util-linux's `script`, which gives it a terminal. */
export function openTerminal(words: readonly string[], env: Record<string, string | undefined> = {}): Terminal {
  const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['-q', '-e', '-c', quoted, '/dev/null'], {
    env: { ...process.env, TERM: 'dumb', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString('latin1');
  });
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    type: (line) => void child.stdin.write(`${line}\n`),
    shows: async (what) => {
      const found = await until(`the terminal showing ${what}`, () => what.exec(shown.slice(seen)), {
        everyMs: 5,
        explain: () => JSON.stringify(shown.slice(seen)),
      });
      const text = shown.slice(seen, seen + found.index + found[0].length);
      seen += found.index + found[0].length;
      return text;
    },
    ended,
    end: () => void child.kill('SIGKILL'),
  };
}
