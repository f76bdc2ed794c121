/**
 * Revocations that are in effect but could not be recorded: a file in the run directory names them, so that nothing is given
 * again even after a restart. Holds ids only, never a value; recording them is store/act.ts's.
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syncFile } from './database.js';
import { makeDirectory } from './directory.js';
import { StoreError } from './errors.js';
import type { Millis } from './types.js';

/** Stands for a secret in the tombstone of a whole token or sandbox, whose id is then in the session's place. */
export const WHOLE = '*';

/** One activation that was revoked, or a whole token or sandbox, and which act meant it. */
export interface Tombstone {
  session: string;
  secret: string;
  /** Who revoked, as in audit entries. */
  caller: string;
  action: string;
  at: Millis;
}
/** An act that is to be tried again; `again` is lost with the process, the tombstones are not. */
export interface Unrecorded {
  tombstones: Tombstone[];
  again: (() => void) | null;
  /** The same for the same act asked for twice: it waits once. */
  key?: string;
}
export interface Tombstones {
  /** In force from here on; false: it is so in memory only, the file could not be written. */
  add(unrecorded: Unrecorded): boolean;
  entombed(session: string, secret: string): boolean;
  /** Oldest first. */
  waiting(): Unrecorded[];
  /** Recorded now. */
  done(unrecorded: Unrecorded): void;
  /** Pairs in force. */
  count(): number;
}

export function makeTombstones(runDir: string, vaultId: string): Tombstones {
  const file = join(runDir, `tombstones-${vaultId}`);
  const left = read(file);
  let waiting: Unrecorded[] = left.length > 0 ? [{ tombstones: left, again: null }] : [];
  let pairs = index();

  function index(): Set<string> {
    return new Set(waiting.flatMap(({ tombstones }) => tombstones.map((one) => `${one.session} ${one.secret}`)));
  }

  /** Makes the file say what is waiting; false: it could not be made durable. */
  function save(): boolean {
    const lines = waiting.flatMap(({ tombstones }) => tombstones.map((one) => `${JSON.stringify(one)}\n`));
    try {
      if (lines.length === 0) {
        rmSync(file, { force: true });
        return true;
      }
      makeDirectory(runDir);
      writeFileSync(`${file}.next`, lines.join(''), { mode: 0o600, flush: true });
      renameSync(`${file}.next`, file);
      syncFile(file);
      return true;
    } catch {
      return false;
    }
  }

  return {
    add(unrecorded) {
      const { key } = unrecorded;
      if (key === undefined || !waiting.some((one) => one.key === key)) waiting.push(unrecorded);
      pairs = index();
      return save();
    },
    entombed: (session, secret) => pairs.has(`${session} ${secret}`),
    waiting: () => [...waiting],
    done(unrecorded) {
      waiting = waiting.filter((one) => one !== unrecorded);
      pairs = index();
      save();
    },
    count: () => pairs.size,
  };
}

/** A line that was cut by a crash was never answered for, and is left out. */
function read(file: string): Tombstone[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new StoreError('STORAGE_FAILED', `${file} names what was revoked and cannot be read. Mend its permissions.`, {
      cause: error,
    });
  }
  return text.split('\n').flatMap((line) => {
    try {
      const one = JSON.parse(line) as Tombstone;
      return typeof one.session === 'string' && typeof one.secret === 'string' ? [one] : [];
    } catch {
      return [];
    }
  });
}
