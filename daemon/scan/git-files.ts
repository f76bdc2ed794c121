/** Gathers git's own files out of a stream of files and gives each to its repository, within one bound of memory. Searches nothing itself. */

import type { Finder } from './finder.js';
import { type GitFile, gitFile } from './git-paths.js';
import { type RefFile, readRefFile, refsOf } from './git-refs.js';
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
  /** A path as it may be shown. */
  shown(path: string): string;
}

export class GitFiles {
  objects = 0;
  readonly #options: GitFilesOptions;
  readonly #inflater: Inflater;
  readonly #reader: Inflater;
  readonly #repositories = new Map<string, Repository>();
  readonly #indexes = new Map<string, Buffer>();
  readonly #refs: RefFile[] = [];
  /** Bytes that are kept to the end. */
  #held = 0;
  /** Why no object is looked at any more. */
  #stopped: string | null = null;

  constructor(options: GitFilesOptions) {
    this.#options = options;
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
    if (size > (file.kind === 'refs' ? limits.refs : limits.held - this.#held)) {
      if (file.kind !== 'refs') this.#leave(path, 'too large to be held in memory');
      return null;
    }
    // The objects of a repository that is given up are not even gathered.
    if (file.kind !== 'refs' && this.#stopped !== null) return null;
    return { path, file, bytes: Buffer.allocUnsafeSlow(size), filled: 0 };
  }

  /** A file that is whole. */
  end({ path, file, bytes }: Gathering): void {
    if (file.kind === 'refs') {
      const refs = readRefFile(path, bytes);
      if (refs !== null) this.#refs.push(refs);
    } else if (file.kind === 'index') {
      this.#indexes.set(file.name, bytes);
      this.#held += bytes.length;
    } else if (this.#stopped === null) this.#objects(path, file, bytes);
  }

  /** Everything that was found in objects. */
  finish(): Finding[] {
    return [...this.#repositories].flatMap(([path, repository]) =>
      repository.finish(this.#refs.flatMap((file) => refsOf(path, file))),
    );
  }

  #objects(path: string, file: Exclude<GitFile, { kind: 'refs' | 'index' }>, bytes: Buffer): void {
    const repository = this.#repositoryAt(file.repository);
    try {
      if (file.kind === 'object') {
        if (repository.loose(path, bytes)) this.#held += bytes.length;
        return;
      }
      const index = this.#indexes.get(file.name) ?? null;
      this.#indexes.delete(file.name);
      this.#held += bytes.length - (index?.length ?? 0);
      repository.pack(path, bytes, index);
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      this.#stopped = error.message;
      this.#leave(path, `from here on git's objects were not read: ${error.message}`);
    }
  }

  #leave(path: string, reason: string): void {
    this.#options.skipped(path, reason);
  }

  #repositoryAt(path: string): Repository {
    const known = this.#repositories.get(path);
    if (known !== undefined) return known;
    const { finder, limits, skipped, shown } = this.#options;
    const name = shown(path.replace(/\/+$/, '')) || '.';
    const counted = () => {
      this.objects += 1;
    };
    const made = new Repository({
      ...{ name, finder, limits, skipped, counted },
      ...{ inflater: this.#inflater, reader: this.#reader },
    });
    this.#repositories.set(path, made);
    return made;
  }
}
