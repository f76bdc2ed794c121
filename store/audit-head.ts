/**
 * The copy of the audit chain's end outside the data directory, by which a truncated chain is found out. Written at most
 * once a second and at close; always behind the database, never ahead of it. Holds no value.
 */

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Chain, ChainEnd } from './audit-chain.js';
import { makeDirectory } from './directory.js';
import type { AuditVerdict } from './types.js';

/** What the file holds, as JSON. */
export interface Head {
  vault: string;
  epoch: number;
  seq: number;
  /** Hex. */
  hash: string;
}
export interface HeadFile {
  /** After a commit: the chain has a new end. */
  changed(): void;
  /** Writes the end, if it changed. A file that cannot be written stays behind, and is tried again with the next entry. */
  flush(): void;
}

const INTERVAL = 1000;

/** The head in `file`; null when there is none; 'unreadable' when it is something else. */
export function readHead(file: string): Head | null | 'unreadable' {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : 'unreadable';
  }
  try {
    const head = JSON.parse(text) as Partial<Head> | null;
    const { vault, epoch, seq, hash } = head ?? {};
    if (typeof vault !== 'string' || typeof epoch !== 'number' || typeof seq !== 'number' || typeof hash !== 'string')
      return 'unreadable';
    return { vault, epoch, seq, hash };
  } catch {
    return 'unreadable';
  }
}

/** Replaces the head in `file` durably. */
export function writeHead(file: string, head: Head): void {
  makeDirectory(dirname(file));
  const next = `${file}.next`;
  const descriptor = openSync(next, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(head)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(next, file);
}

/** What the head in `file` says against a chain that is sound in itself; null when they fit, or when there is none. */
export function headProblem(file: string, vault: string, epoch: number, chain: Chain): AuditVerdict['problem'] {
  const head = readHead(file);
  if (head === null) return null;
  if (head === 'unreadable') return { seq: 0, reason: `the head in ${file} cannot be read` };
  if (head.vault !== vault) return { seq: 0, reason: `the head in ${file} belongs to another vault` };
  if (head.epoch > epoch)
    return { seq: head.seq, reason: `the head in ${file} is of a later epoch: an older vault was put back by hand` };
  // A restored vault ends before the head that it left behind; the restore is an entry of its own.
  if (head.epoch < epoch && chain.restored(epoch)) return null;
  const hash = chain.hashOf(head.seq);
  if (hash === null)
    return { seq: head.seq, reason: 'it is missing: entries were cut off, or an older vault put back' };
  if (Buffer.from(hash).toString('hex') !== head.hash)
    return { seq: head.seq, reason: 'it is another one than it was' };
  return null;
}

/**
 * Keeps `file` up with the chain. `end` is read when no transaction is open. `frozen`: the file does not fit the chain; it is
 * the evidence, and stays as it is.
 */
export function makeHeadFile(
  file: string,
  { vault, epoch, frozen, end }: { vault: string; epoch: number; frozen: boolean; end: () => ChainEnd },
): HeadFile {
  let dirty = false;
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (!dirty) return;
    try {
      const { seq, hash } = end();
      writeHead(file, { vault, epoch, seq, hash: Buffer.from(hash).toString('hex') });
      dirty = false;
    } catch {
      // A head behind the database is sound; the next entry tries again.
    }
  }

  return {
    changed() {
      if (frozen) return;
      dirty = true;
      timer ??= setTimeout(flush, INTERVAL).unref();
    },
    flush,
  };
}
