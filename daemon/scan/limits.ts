/** How much a scan may take of memory and time, whatever it is given to read. Numbers only. */

const MIB = 1024 * 1024;

/** Bounds of one scan. What lies beyond one is left out, and the report says so. */
export interface Limits {
  /** Findings that are told. */
  findings: number;
  /** Parts that could not be read that are told. */
  skipped: number;
  /** Bytes of one git object, inflated. */
  object: number;
  /** Bytes of packs and loose objects that are held at once. */
  held: number;
  /** Bytes that may come out of zlib altogether. */
  inflated: number;
  /** Git objects altogether. */
  objects: number;
  /** Deltas on top of each other. */
  chain: number;
  /** Directories within each other in a commit. */
  depth: number;
  /** Trees that are read again to say which commit has what was found. */
  trees: number;
  /** Bytes of trees that are gone through at the same time, one within the other. */
  open: number;
  /** Commits with their parents, and trees, that are remembered to say where something was found. */
  history: number;
  /** Places in git objects that are remembered, more than are told. */
  hits: number;
  repositories: number;
  /** Bytes of a file of refs. */
  refs: number;
  /** Refs and entries of their logs altogether. */
  refIds: number;
  /** Milliseconds for git's objects, after which files alone are searched. */
  gitTime: number;
}

export const LIMITS: Readonly<Limits> = {
  findings: 5_000,
  skipped: 200,
  object: 128 * MIB,
  held: 512 * MIB,
  inflated: 64 * 1024 * MIB,
  objects: 4_000_000,
  chain: 4_095,
  depth: 512,
  trees: 2_000_000,
  open: 256 * MIB,
  history: 2_000_000,
  hits: 200_000,
  repositories: 10_000,
  refs: 8 * MIB,
  refIds: 1_000_000,
  gitTime: 20 * 60_000,
};
