/**
 * Room for revocations on a full disk: a file of 8 MiB beside the database that is given up when a revocation could not be
 * recorded, and made again later; and the limit below which new values are refused. Touches no row.
 */

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from './errors.js';
import { randomBytes } from './seal.js';

export const BALLAST_BYTES = 8 * 1024 * 1024;
/** New values are refused when less than this is free. */
export const ROOM_BYTES = 64 * 1024 * 1024;

export interface Ballast {
  /** Makes the file where it is missing and there is ample room. Never throws. */
  ensure(): void;
  /** Gives the room up; false: it was given up before. */
  release(): boolean;
  /** Bytes free where the database lies. */
  freeBytes(): number;
  /** DISK_FULL when new values have no room. */
  requireRoom(): void;
}

/** Bytes that an ordinary user may still write below `directory`. */
export function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

export function makeBallast(dataDir: string, freeBytes: () => number = () => freeBytesOf(dataDir)): Ballast {
  const file = join(dataDir, 'ballast');

  return {
    freeBytes,

    ensure() {
      if (existsSync(file)) return;
      try {
        if (freeBytes() >= ROOM_BYTES + BALLAST_BYTES) fill(file);
      } catch {
        rmSync(`${file}.next`, { force: true });
      }
    },

    release() {
      if (!existsSync(file)) return false;
      rmSync(file, { force: true });
      syncDirectory(dataDir);
      return true;
    },

    requireRoom() {
      const free = freeBytes();
      if (free >= ROOM_BYTES) return;
      throw new StoreError(
        'DISK_FULL',
        `Only ${Math.floor(free / 1_048_576)} MiB are free in ${dataDir}; new values need ${ROOM_BYTES / 1_048_576} MiB. ` +
          `Free some space there: run \`df -h ${dataDir}\`.`,
      );
    },
  };
}

/** Random bytes, so that a compressing file system really sets the room aside. */
function fill(file: string): void {
  const descriptor = openSync(`${file}.next`, 'w', 0o600);
  try {
    const block = randomBytes(1024 * 1024);
    for (let written = 0; written < BALLAST_BYTES; written += block.length) writeSync(descriptor, block);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.next`, file);
  syncDirectory(dirname(file));
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
