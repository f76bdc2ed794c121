/** The program's version, from package.json: put in by the build, read where the program runs from its sources. */

import { readFileSync } from 'node:fs';

declare const AMPOULE_VERSION: string | undefined;

function fromPackage(): string {
  const read: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof read === 'object' && read !== null && 'version' in read ? String(read.version) : 'unknown';
}

export const version: string = typeof AMPOULE_VERSION === 'undefined' ? fromPackage() : AMPOULE_VERSION;
