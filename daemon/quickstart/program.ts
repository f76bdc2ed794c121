/** Builds the daemon's program where there is none, or sources are newer than it. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
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

/** What was done, for the person. */
export async function buildProgram(): Promise<string> {
  const directories = ['store', 'sandbox', 'daemon'].map((layer) => join(ROOT, layer));
  if (!stale(PROGRAM, directories)) return 'dist/ is up to date';
  await must(process.execPath, ['--import', 'tsx', join(ROOT, 'daemon/build.ts')]);
  return 'built into dist/';
}
