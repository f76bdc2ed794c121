/**
 * Where the key file of a new unlock key goes: where it was asked for, in place of the old one, or, when that source is
 * read-only, into the state directory with the step that is left to do. Knows no database.
 */

import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { syncFile } from './database.js';
import { StoreError } from './errors.js';
import { makeKeyFile } from './key-file.js';

export interface NewKeyFile {
  /** Where the new key lies until `install`. */
  written: string;
  /** After the commit: puts it where it belongs. `step`: what is left for the operator to do, or null. */
  install(): { path: string; step: string | null };
  /** The vault was not changed: removes it. */
  undo(): void;
}

/** Beside a configured key file: the next one, from before the commit until it has taken the other's place. */
export function nextKeyFile(path: string): string {
  return `${path}.new`;
}

/** INVALID_INPUT for a path that no key may lie at. */
export function newKeyFile(
  path: string,
  { configured, dataDir, stateDir }: { configured: string | null; dataDir: string; stateDir: string },
): NewKeyFile {
  if (!isAbsolute(path)) throw refused(path, 'it is not an absolute path');
  const asked = resolve(path);
  if (isWithin(resolve(dataDir), asked)) throw refused(path, 'a key never lies in the directory of its vault');
  if (configured !== null && asked === resolve(configured)) return replacement(asked, stateDir);
  make(asked);
  return {
    written: asked,
    install: () => ({ path: asked, step: `Set AMPOULE_KEY_FILE=${asked} before the next start, and keep a copy.` }),
    undo: () => rmSync(asked, { force: true }),
  };
}

function replacement(configured: string, stateDir: string): NewKeyFile {
  const beside = nextKeyFile(configured);
  let written = beside;
  try {
    rmSync(beside, { force: true });
    makeKeyFile(beside);
  } catch {
    written = freeName(join(stateDir, 'ampoule.key'));
    make(written);
  }
  return {
    written,
    install() {
      try {
        if (written !== beside) throw new Error('its directory is read-only');
        renameSync(beside, configured);
        syncFile(configured);
        return { path: configured, step: null };
      } catch {
        const step =
          `${configured} is read-only. Put ${written} in its place before the next start ` +
          '(systemd: LoadCredential; Docker: the secret), then remove it from there.';
        return { path: written, step };
      }
    },
    undo: () => rmSync(written, { force: true }),
  };
}

function make(path: string): void {
  try {
    makeKeyFile(path);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw refused(path, 'it cannot be written', error);
  }
}

function freeName(path: string): string {
  let free = path;
  for (let n = 2; existsSync(free); n++) free = `${path}.${n}`;
  return free;
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, dirname(path));
  return way === '' || !(way.startsWith('..') || isAbsolute(way));
}

function refused(path: string, detail: string, cause?: unknown): StoreError {
  return new StoreError('INVALID_INPUT', `No key can be written to ${path}: ${detail}. Name another path.`, {
    cause,
    problems: [{ pointer: '/keyFile', detail }],
  });
}
