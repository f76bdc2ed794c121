/** Tries commands in a sandbox to see what a new one gets. What they print is measured and wiped; nothing of it goes further. */

import { type Delivery, type Measure, measured, SandboxError } from '../../sandbox/index.js';

/** Milliseconds for one command. */
const PATIENCE = 10_000;
/** Bytes that an environment, or a file that is delivered, may have. */
const LARGEST = 4 * 1024 * 1024;

/** `why`: the command could not be tried, as a clause. */
export type Tried<T> = { seen: T } | { why: string };

export interface CommandLook {
  /** What a new command has of these variables, by name; null: it does not have it. */
  environment(names: readonly string[], measure: Measure): Promise<Tried<Map<string, string | null>>>;
  /** Measure of the file that a variable names. */
  file(variable: string, measure: Measure): Promise<string | 'missing' | 'unreadable' | 'unknown'>;
}

/** @param newId makes ids of commands. */
export function commandLook(delivery: Pick<Delivery, 'exec'>, sandbox: string, newId: () => string): CommandLook {
  const run = async (command: string[] | string): Promise<{ code: number | null; out: Buffer; err: string }> => {
    const exec = await delivery.exec({
      ...{ sandbox, execId: newId(), command, env: {}, workdir: null, user: null, stdin: null },
      timeout: PATIENCE,
    });
    const out: Uint8Array[] = [];
    const err: string[] = [];
    let size = 0;
    try {
      for await (const { stream, data } of exec.output) {
        size += data.length;
        if (stream === 'stdout' && size <= LARGEST) out.push(data);
        else {
          if (stream === 'stderr' && err.length < 8) err.push(Buffer.from(data).toString('latin1'));
          data.fill(0);
        }
      }
      const { code } = await exec.exit;
      return { code, out: Buffer.concat(out), err: err.join('') };
    } finally {
      for (const data of out) data.fill(0);
    }
  };

  return {
    async environment(names, measure) {
      try {
        // Its own environment is what every new command gets; no shell is asked, which might change it.
        const { code, out } = await run(['cat', '/proc/self/environ']);
        if (code === 0) return { seen: measured(out, names, measure) };
        out.fill(0);
        return { why: code === 127 ? 'the image has no program "cat"' : 'the command failed' };
      } catch (error) {
        return { why: clause(error) };
      }
    },

    async file(variable, measure) {
      try {
        // The shell opens it, so that the path is in no argument.
        const { code, out, err } = await run(`cat < "$${variable}"`);
        const seen = code === 0 ? measure(out) : null;
        out.fill(0);
        if (seen !== null) return seen;
        if (/denied/i.test(err)) return 'unreadable';
        return /no such file|can't open|cannot open|nonexistent/i.test(err) ? 'missing' : 'unknown';
      } catch {
        return 'unknown';
      }
    },
  };
}

/** A refusal's sentence without what it says to do, which is another matter. */
function clause(error: unknown): string {
  if (!(error instanceof SandboxError)) return 'the command failed';
  const [first = ''] = error.message.split(/\. |\.$/);
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}`;
}
