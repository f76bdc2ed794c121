/** Gathers git's own files out of a stream of files and gives each to its repository, within one bound of memory. Searches nothing itself. */

import type { Finder, Hit } from './finder.js';
import { type GitFile, gitFile } from './git-paths.js';
import { RefFiles } from './git-ref-files.js';
import { Repository } from './git-repository.js';
import { Exhausted, type Inflater, makeInflater } from './inflate.js';
import type { Limits } from './limits.js';
import type { Finding } from './words.js';

/** A file that is to be had whole. */
export interface Gathering {
  path: string;
  file: GitFile;
  bytes: Buffer;
  filled: number;
}

export interface GitFilesOptions {
  finder: Finder;
  limits: Limits;
  skipped(path: string, reason: string): void;
  /** What stands in a file as it is. */
  plain(path: string, hits: Hit[]): void;
  /** A path as it may be shown. */
  shown(path: string): string;
}

/** Characters of a path; git's own are shorter, and directories of one are gone through. */
const LONGEST_PATH = 4096;
const TOO_MANY_REFS = 'there are too many refs, so commits that are kept may seem not to be';
const TOO_MANY_HITS = 'more git objects hold a value than are remembered';
const TOO_MUCH_HISTORY = 'there are too many commits and trees to remember, so commits may be missing';

export class GitFiles {
  objects = 0;
  readonly #options: GitFilesOptions;
  readonly #inflater: Inflater;
  readonly #reader: Inflater;
  readonly #repositories = new Map<string, Repository>();
  readonly #indexes = new Map<string, Buffer>();
  readonly #refs: RefFiles;
  readonly #left: Record<'history' | 'hits', number>;
  /** What was told once for all that follows. */
  readonly #told = new Set<string>();
  /** Bytes that are kept to the end. */
  #held = 0;
  /** Why no object is looked at any more. */
  #stopped: string | null = null;

  constructor(options: GitFilesOptions) {
    this.#options = options;
    this.#refs = new RefFiles(options.limits);
    this.#left = { history: options.limits.history, hits: options.limits.hits };
    this.#inflater = makeInflater(options.limits);
    this.#reader = makeInflater(options.limits);
  }

  /** What is found in objects so far, in how many of them. */
  get found(): number {
    return [...this.#repositories.values()].reduce((sum, { found }) => sum + found, 0);
  }

  /** Room for a file of git's; null: a file like any other, or one that cannot be had. */
  begin(path: string, size: number): Gathering | null {
    const file = gitFile(path);
    if (file === null || size === 0) return null;
    const { limits } = this.#options;
    if (path.length > LONGEST_PATH) {
      this.#leave(path, "its path is too long for a file of git's");
      return null;
    }
    if (size > (file.kind === 'refs' ? limits.refs : limits.held - this.#held)) {
      this.#leave(path, file.kind === 'refs' ? TOO_MANY_REFS : 'too large to be held in memory');
      return null;
    }
    // The objects of a repository that is given up are not even gathered.
    if (file.kind !== 'refs' && this.#stopped !== null) return null;
    return { path, file, bytes: Buffer.allocUnsafeSlow(size), filled: 0 };
  }

  /** A file that is whole. */
  end({ path, file, bytes }: Gathering): void {
    if (file.kind === 'refs') {
      if (!this.#refs.add(path, bytes)) this.#once(path, TOO_MANY_REFS);
    } else if (file.kind === 'index') {
      this.#indexes.set(file.name, bytes);
      this.#held += bytes.length;
    } else if (this.#stopped === null) this.#objects(path, file, bytes);
  }

  /** Everything that was found in objects. */
  finish(): Finding[] {
    const found = new Map([...this.#repositories].filter(([, repository]) => repository.found > 0));
    if (found.size === 0) return [];
    const { refs, missing } = this.#refs.of(new Set(found.keys()), () => this.#reader.spend(0));
    if (missing !== null) this.#leave('', `what keeps commits was not all looked at: ${missing}`);
    const all: Finding[] = [];
    const whole = missing === null && !this.#told.has(TOO_MANY_REFS);
    for (const [path, repository] of found)
      for (const finding of repository.finish(refs.get(path) ?? [], whole)) all.push(finding);
    return all;
  }

  #objects(path: string, file: Exclude<GitFile, { kind: 'refs' | 'index' }>, bytes: Buffer): void {
    const { finder, plain } = this.#options;
    const repository = this.#repositoryAt(file.repository);
    if (repository === null) {
      this.#once(path, 'there are too many git repositories; the objects of the others were not read');
      plain(path, finder.within(bytes));
      return;
    }
    try {
      if (this.#read(repository, path, file, bytes)) return;
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      this.#stopped = error.message;
      this.#leave(path, `from here on git's objects were not read: ${error.message}`);
    }
    // What is no object, or not all of one, may be a file like any other.
    plain(path, finder.within(bytes));
  }

  /** false: a part of it is left out. @throws Exhausted */
  #read(
    repository: Repository,
    path: string,
    file: Exclude<GitFile, { kind: 'refs' | 'index' }>,
    bytes: Buffer,
  ): boolean {
    if (file.kind === 'object') {
      const held = repository.loose(path, bytes);
      if (held === 'held') this.#held += bytes.length;
      return held !== 'broken';
    }
    const index = this.#indexes.get(file.name) ?? null;
    this.#indexes.delete(file.name);
    this.#held += bytes.length - (index?.length ?? 0);
    return repository.pack(path, bytes, index);
  }

  #room(what: 'history' | 'hits', count: number): boolean {
    this.#left[what] -= count;
    if (this.#left[what] >= 0) return true;
    this.#once('', what === 'hits' ? TOO_MANY_HITS : TOO_MUCH_HISTORY);
    return false;
  }

  #once(path: string, reason: string): void {
    if (!this.#told.has(reason)) this.#leave(path, reason);
  }

  #leave(path: string, reason: string): void {
    this.#told.add(reason);
    this.#options.skipped(path, reason);
  }

  /** null: there are too many. */
  #repositoryAt(path: string): Repository | null {
    const known = this.#repositories.get(path);
    if (known !== undefined) return known;
    if (this.#repositories.size >= this.#options.limits.repositories) return null;
    const { finder, limits, skipped, shown } = this.#options;
    const name = shown(path.replace(/\/+$/, '')) || '.';
    const counted = () => {
      this.objects += 1;
    };
    const made = new Repository({
      ...{ name, finder, limits, skipped, counted },
      ...{ inflater: this.#inflater, reader: this.#reader },
      room: (what, count) => this.#room(what, count),
    });
    this.#repositories.set(path, made);
    return made;
  }
}
