/** Takes a value from a hidden prompt or standard input, as bytes that the caller wipes. Never from an argument or a variable. */

import { usage } from './errors.js';
import { askHidden } from './hidden-prompt.js';
import type { Output } from './output.js';
import type { Surroundings } from './surroundings.js';

/** The API takes at most 1 MiB in a body. */
const LARGEST = 1024 * 1024;

/** What to ask for, and how. */
export interface Wanted {
  /** Such as `Value of GITHUB_TOKEN`. */
  what: string;
  /** Keeps a final newline of standard input. */
  raw?: boolean;
  /** Asks twice at a terminal: a mistyped passphrase locks its owner out. */
  twice?: boolean;
}

/** @throws CliError (exit code 2) for an empty value, 130 for Ctrl-C. */
export async function readValue(wanted: Wanted, around: Surroundings, output: Output): Promise<Uint8Array> {
  const value = around.stdin.isTTY === true ? await typed(wanted, around) : await piped(wanted, around, output);
  if (value.byteLength > 0) return value;
  throw usage(`${wanted.what} is empty. Type or pipe it in, as in: printf %s "$VALUE" | ampoule …`);
}

async function typed(wanted: Wanted, around: Surroundings): Promise<Uint8Array> {
  const first = await askHidden(`${wanted.what} (hidden): `, around);
  if (!wanted.twice) return first;
  const second = await askHidden('Once more: ', around);
  const same = Buffer.compare(first, second) === 0;
  second.fill(0);
  if (same) return first;
  first.fill(0);
  throw usage('The two do not agree. Run the command again.');
}

async function piped(wanted: Wanted, around: Surroundings, output: Output): Promise<Uint8Array> {
  const all = await readAll(around, wanted.what, output);
  const cut = wanted.raw === true ? 0 : finalNewline(all);
  if (cut === 0) return all;
  const value = all.slice(0, all.length - cut);
  all.fill(0);
  await output.say('took one final newline off what came from standard input; --raw keeps it.');
  return value;
}

/** All of standard input, at most 1 MiB. Says so where nothing comes for a second. */
export async function readAll(around: Surroundings, what: string, output: Output): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const timer = setTimeout(() => void output.say(`reading ${what} from standard input; end it with Ctrl-D.`), 1000);
  try {
    for await (const chunk of around.stdin as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      length += chunk.length;
      chunks.push(chunk);
      if (length > LARGEST) throw usage(`${what} is larger than 1 MiB. Give a smaller one.`);
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  } finally {
    clearTimeout(timer);
    for (const chunk of chunks) chunk.fill(0);
  }
}

/** Bytes of a final line break: 0, 1 for LF, 2 for CR LF. */
function finalNewline(bytes: Uint8Array): 0 | 1 | 2 {
  if (bytes.at(-1) !== 0x0a) return 0;
  return bytes.at(-2) === 0x0d ? 2 : 1;
}

/** Refuses what looks like a value among the arguments, without repeating it. */
export function nameAlone(command: string, given: string[]): string {
  const [name, ...more] = given;
  if (name !== undefined && more.length === 0 && !name.includes('=')) return name;
  const only = name?.split('=')[0] ?? 'NAME';
  throw usage(
    `A value is never an argument: the process list and the shell's history would keep it. Run \`ampoule ${command} ${only}\` and type it, or pipe it in.`,
  );
}
