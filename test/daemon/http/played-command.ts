/** A command that a test steers: what it writes, what it is given, when it ends. */

import type { ExecExit, ExecRequest, RunningExec } from '../../../sandbox/index.js';

export interface PlayedCommand {
  running: RunningExec;
  /** What it was given, as text. */
  readonly given: string;
  sizes: [number, number][];
  ended: string[];
  /** Output; resolves once it was taken. */
  write(text: string | Uint8Array, stream?: 'stdout' | 'stderr'): Promise<void>;
  exit(exit?: Partial<ExecExit>): void;
  /** Takes no input until `go`. */
  hold(): () => void;
}

export function playCommand(request: Pick<ExecRequest, 'execId'>): PlayedCommand {
  const chunks: { data: Uint8Array; stream: 'stdout' | 'stderr'; taken: () => void }[] = [];
  let wake = (): void => {};
  let over: ExecExit | null = null;
  let leave = (_: ExecExit): void => {};
  let given = '';
  let held = Promise.resolve();
  const exit = new Promise<ExecExit>((resolve) => {
    leave = resolve;
  });
  const finish = (how: Partial<ExecExit> = {}): void => {
    over ??= { code: 0, tookMs: 1, ...how };
    leave(over);
    wake();
  };
  const command: PlayedCommand = {
    get given() {
      return given;
    },
    sizes: [],
    ended: [],
    running: {
      execId: request.execId,
      exit,
      output: (async function* () {
        for (;;) {
          const next = chunks.shift();
          if (next !== undefined) {
            yield { stream: next.stream, data: next.data };
            next.taken();
          } else if (over !== null) return;
          else
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
        }
      })(),
      async end(reason) {
        command.ended.push(reason);
        finish({ code: null, signal: 'SIGKILL', reason });
      },
      async write(data) {
        await held;
        given += Buffer.from(data).toString();
      },
      closeInput() {
        given += '<EOF>';
      },
      resize: (columns, rows) => void command.sizes.push([columns, rows]),
    },
    write: (text, stream = 'stdout') =>
      new Promise((taken) => {
        chunks.push({ data: Buffer.from(text), stream, taken });
        wake();
      }),
    exit: finish,
    hold() {
      let go = (): void => {};
      held = new Promise((resolve) => {
        go = resolve;
      });
      return go;
    },
  };
  return command;
}
