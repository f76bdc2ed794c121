/** Where the C programs lie that were built with this daemon: beside its bundle, or in dist/ for one that runs from its sources. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the directory that `npm run build` writes them to. It need not exist. */
export function programsDirectory(from: string = import.meta.url): string {
  const here = dirname(fileURLToPath(from));
  const beside = join(here, 'init');
  return existsSync(join(beside, 'ampoule-peer')) ? beside : join(here, '..', 'dist', 'init');
}
