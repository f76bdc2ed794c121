/** Keeps the refs of all repositories of a scan within a bound, and gives each repository its own. Reads no object. */

import { type Ref, type RefFile, readRefFile, refsOf } from './git-refs.js';
import { Exhausted } from './inflate.js';
import type { Limits } from './limits.js';

export interface RefsByRepository {
  refs: Map<string, Ref[]>;
  /** Why some are missing; null: none is. */
  missing: string | null;
}

export class RefFiles {
  readonly #limits: Pick<Limits, 'refIds'>;
  readonly #files: RefFile[] = [];
  #ids = 0;

  constructor(limits: Pick<Limits, 'refIds'>) {
    this.#limits = limits;
  }

  /** false: there are too many, and these are left out, or some of them. */
  add(path: string, bytes: Uint8Array): boolean {
    if (this.#ids >= this.#limits.refIds) return false;
    const file = readRefFile(path, bytes);
    if (file === null) return true;
    this.#ids += file.ids.length;
    this.#files.push(file);
    return !file.cut;
  }

  /**
   * @param repositories their own directories, with a slash at the end
   * @param tick is called for each file; Exhausted, thrown by it, leaves out the rest
   */
  of(repositories: ReadonlySet<string>, tick: () => void): RefsByRepository {
    const refs = new Map<string, Ref[]>();
    let given = 0;
    try {
      for (const file of this.#files) {
        // A repository is one of the directories that the file lies in, so each is asked for and not all are gone through.
        for (let end = 0; end >= 0; end = after(file.path, end)) {
          tick();
          const repository = file.path.slice(0, end);
          if (!repositories.has(repository)) continue;
          const own = refs.get(repository) ?? [];
          refs.set(repository, own);
          for (const ref of refsOf(repository, file)) own.push(ref);
          given += file.ids.length;
          if (given > 2 * this.#limits.refIds) return { refs, missing: 'there are too many refs' };
        }
      }
      return { refs, missing: null };
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      return { refs, missing: error.message };
    }
  }
}

/** Where the next directory of a path ends; -1: there is none. */
function after(path: string, from: number): number {
  const slash = path.indexOf('/', from);
  return slash < 0 ? -1 : slash + 1;
}
