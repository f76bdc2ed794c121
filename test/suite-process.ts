/** One process that runs tests: its lines as they come, and an end to it when it takes too long. Judges nothing. */

import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

export interface ProcessOptions {
  cwd: string;
  env?: Record<string, string>;
  /** It is killed when so many seconds have passed, since it began or since `hear` last gave true. */
  silence: number;
  /** Each line of standard output, and standard error as it comes between them, as at a terminal. */
  hear(text: string): boolean;
}

const TYPESCRIPT = new URL('./typescript.mjs', import.meta.url).href;
/** Milliseconds for what is still in the pipes: a process that a test forgot may hold them open for ever. */
const DRAIN = 2_000;

/** Gives its exit status; null: a signal. */
export function runProcess(args: readonly string[], options: ProcessOptions): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', TYPESCRIPT, ...args], {
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    });
    const kill = (): void => void child.kill('SIGKILL');
    let timer = setTimeout(kill, options.silence * 1000);
    const hear = (text: string): void => {
      if (!options.hear(text)) return;
      clearTimeout(timer);
      timer = setTimeout(kill, options.silence * 1000);
    };
    const decoder = new StringDecoder();
    let begun = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (begun + decoder.write(chunk)).split(/(?<=\n)/);
      begun = lines.at(-1)?.endsWith('\n') ? '' : (lines.pop() ?? '');
      for (const line of lines) hear(line);
    });
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('error', reject);
    const over = (status: number | null): void => {
      clearTimeout(timer);
      if (begun !== '') options.hear(begun);
      begun = '';
      resolve(status);
    };
    child.once('close', over);
    child.once('exit', (status) => setTimeout(() => over(status), DRAIN).unref());
  });
}
