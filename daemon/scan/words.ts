/** What a scan is asked and what it answers: targets, findings, counts. Types only; nothing here holds more of a value than a target does. */

import type { Encoding } from '../../sandbox/index.js';

/** One version of a secret that is looked for. */
export interface Target {
  secret: string;
  version: number;
  /** It is the version that sandboxes get now. */
  current: boolean;
  value: Uint8Array;
}

/** How a commit is held: by what a person sees of the repository, by its memory alone (`reflog`), or by nothing. `unknown`: it could not be found out. */
export type Held = 'branch' | 'tag' | 'remote' | 'stash' | 'notes' | 'ref' | 'reflog' | 'dangling' | 'unknown';

/** Where in a git repository something was found. Texts are cut and free of control characters and values. */
export interface GitPlace {
  /** The repository's own directory in what was searched. */
  repository: string;
  object: 'blob' | 'tree' | 'commit' | 'tag';
  /** First twelve digits of the object's id. */
  id: string;
  /** The oldest commit that has it, and what it says of itself; null: none has. */
  commit: string | null;
  /** Milliseconds since 1970. */
  authoredAt: number | null;
  subject: string | null;
  /** File in that commit; the tag's name for a tag. */
  path: string | null;
  /** Commits that have it. */
  commits: number;
  held: Held;
  /** The first ref that leads there. */
  ref: string | null;
}

/** A value was found. Says where and never what. */
export interface Finding {
  secret: string;
  version: number;
  current: boolean;
  encoding: Encoding;
  /** In what is written there, or in what it is called. */
  in: 'content' | 'name';
  /** File in what was searched; for git the file in its commit, or the repository where none is known. */
  path: string;
  /** First of them, from 1. */
  line: number;
  /** Bytes before the first of them. */
  offset: number;
  /** How often it stands there. */
  count: number;
  git: GitPlace | null;
}

/** What could not be read, and why. */
export interface Skipped {
  path: string;
  reason: string;
}

/** How far a scan is. */
export interface Progress {
  files: number;
  bytes: number;
  /** Git objects. */
  objects: number;
  findings: number;
}

export interface Report {
  findings: Finding[];
  scanned: Omit<Progress, 'findings'> & {
    /** The first of them. */
    skipped: Skipped[];
    skippedTotal: number;
  };
  /** Everything was looked at and is told; false: `skipped` has what was left out, or more was found than is told. */
  complete: boolean;
}
