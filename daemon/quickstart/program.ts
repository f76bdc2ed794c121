/** Builds the daemon's program where there is none, or sources are newer than it. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from './command.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Path of the daemon's program. */
export const PROGRAM = join(ROOT, 'dist/ampouled.js');

/** true when `program` is missing or older than a source file in one of `directories`. */
export function stale(program: string, directories: readonly string[]): boolean {
  const built = statSync(program, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return true;
  return directories.some((directory) =>
    readdirSync(directory, { recursive: true })
      .map((name) => join(directory, String(name)))
      .some((file) => /\.(ts|c|h)$/.test(file) && statSync(file).mtimeMs > built),
  );
}

/** Names a build by what is in it: the daemon, and the programs that it puts into containers. */
export function digestOf(program: string): string {
  const directory = join(dirname(program), 'init');
  const others = existsSync(directory) ? readdirSync(directory).sort() : [];
  const digest = createHash('sha256').update(readFileSync(program));
  for (const name of others) digest.update(readFileSync(join(directory, name)));
  return digest.digest('hex');
}

/** What was done, for the person. */
export async function buildProgram(): Promise<string> {
  const directories = ['store', 'sandbox', 'daemon'].map((layer) => join(ROOT, layer));
  if (!stale(PROGRAM, directories)) return 'dist/ is up to date';
  await must(process.execPath, ['--import', 'tsx', join(ROOT, 'daemon/build.ts')]);
  return 'built into dist/';
}
