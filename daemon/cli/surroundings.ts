/** What a run of the CLI has around it: environment, directories, streams, Ctrl-C. Types only; the real ones come from environment.ts. */

import type { Readable, Writable } from 'node:stream';

/** Standard input; `isTTY` and `setRawMode` exist at a terminal only. */
export type Input = Readable & { isTTY?: boolean; setRawMode?(on: boolean): unknown };
export type Output = Writable & { isTTY?: boolean; columns?: number; rows?: number };

export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Where the daemon's default socket and token lie depends on this. */
  root: boolean;
  stdin: Input;
  stdout: Output;
  stderr: Output;
  /** Ctrl-C; gives the way to stop listening. Whoever listens says how the run ends. */
  onInterrupt(listener: () => void): () => void;
  /** Signals that a command which runs in our place is to have; gives the way to stop listening. */
  onSignal?(listener: (signal: NodeJS.Signals) => void): () => void;
  /** Whether a terminal gives its signals to us, and so to a command that we started; null: nobody can tell. */
  inForeground?(): boolean | null;
}
