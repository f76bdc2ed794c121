/** Says which commits have what was found, in which file, and what keeps them. Asks for trees one by one and holds none. */

import { type Commit, type TreeEntry, treeEntries } from './git-objects.js';
import { type Keeper, plainer } from './git-reach.js';
import { Exhausted } from './inflate.js';
import type { Limits } from './limits.js';

/** What is known of a blob or tree that was found. */
export interface Seen {
  /** The oldest commit that has it, and the file in it. */
  commit: string;
  path: Buffer;
  commits: number;
  keeper: Keeper | undefined;
}

interface Edge {
  name: Buffer;
  id: string;
  /** It leads on to what is wanted. */
  tree: boolean;
}

/** What of one tree is wanted, each once, by a path there. */
type Contents = { id: string; path: Buffer }[];

/** Bytes of paths that are kept, and of one of them. */
const KEPT = 64 * 1024 * 1024;
const LONGEST = 4096;

export interface History {
  commits: ReadonlyMap<string, Pick<Commit, 'tree' | 'committedAt'>>;
  keepers: ReadonlyMap<string, Keeper>;
  /** null: not there. @throws Exhausted */
  readTree(id: string): Buffer | null;
  /** Looks at the clock. @throws Exhausted */
  tick(): void;
}

export type HistoryLimits = Pick<Limits, 'trees' | 'depth' | 'open'>;

export interface Where {
  seen: Map<string, Seen>;
  /** Not every tree or commit could be looked at. */
  incomplete: boolean;
  /** What ended it before its time; null: nothing. */
  ended: string | null;
}

/** @param wanted ids of blobs and trees */
export function whereIn(history: History, wanted: ReadonlySet<string>, limits: HistoryLimits): Where {
  const { commits, keepers } = history;
  const seen = new Map<string, Seen>();
  const trees = new Trees(wanted, history, limits);
  const oldestFirst = [...commits].sort(([, a], [, b]) => a.committedAt - b.committedAt);
  try {
    for (const [id, { tree }] of oldestFirst) {
      const keeper = keepers.get(id);
      history.tick();
      for (const { id: object, path } of trees.contents(tree)) {
        history.tick();
        const known = seen.get(object);
        if (known === undefined) seen.set(object, { commit: id, path, commits: 1, keeper });
        else {
          known.commits += 1;
          known.keeper = plainer(known.keeper, keeper);
        }
      }
    }
  } catch (error) {
    if (!(error instanceof Exhausted)) throw error;
    return { seen, incomplete: true, ended: error.message };
  }
  return { seen, incomplete: trees.incomplete, ended: null };
}

/** A tree that is being gone through. */
interface Open {
  id: string;
  size: number;
  entries: Iterator<TreeEntry>;
  /** Looked at again, once what it leads to is known. */
  entry: TreeEntry | undefined;
  edges: Edge[];
}

class Trees {
  incomplete = false;
  readonly #wanted: ReadonlySet<string>;
  readonly #history: History;
  readonly #limits: HistoryLimits;
  /** Trees that were looked at, with what of them leads on; null: nothing. */
  readonly #known = new Map<string, Edge[] | null>();
  readonly #contents = new Map<string, Contents>();
  #kept = 0;

  constructor(wanted: ReadonlySet<string>, history: History, limits: HistoryLimits) {
    this.#wanted = wanted;
    this.#history = history;
    this.#limits = limits;
  }

  contents(root: string): Contents {
    this.#look(root);
    return this.#collect(root);
  }

  /** Depth first without recursion: how deep it goes is somebody else's choice. */
  #look(root: string): void {
    if (this.#known.has(root)) return;
    const { depth, trees, open } = this.#limits;
    const first = this.#open(root);
    const stack = [first];
    let size = first.size;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      this.#history.tick();
      const { entry } = top;
      if (entry === undefined) {
        if (top.edges.length > 0) this.#known.set(top.id, top.edges);
        size -= top.size;
        stack.pop();
        continue;
      }
      const wanted = this.#wanted.has(entry.id);
      if (entry.tree && !this.#known.has(entry.id)) {
        if (stack.length < depth && this.#known.size < trees && size < open) {
          const next = this.#open(entry.id);
          size += next.size;
          stack.push(next);
          continue;
        }
        this.incomplete = true;
      }
      top.entry = nextOf(top.entries);
      const leads = entry.tree && (this.#known.get(entry.id) ?? null) !== null;
      if ((wanted || leads) && this.#keep(entry.name.length))
        top.edges.push({ name: Buffer.from(entry.name), id: entry.id, tree: leads });
    }
  }

  #open(id: string): Open {
    this.#known.set(id, null);
    const content = this.#history.readTree(id) ?? Buffer.alloc(0);
    const entries = treeEntries(content);
    return { id, size: content.length, entries, entry: nextOf(entries), edges: [] };
  }

  /** Counts what is remembered of a path; false: it is too much. */
  #keep(length: number): boolean {
    if (this.#kept + length + 100 > KEPT) {
      this.incomplete = true;
      return false;
    }
    this.#kept += length + 100;
    return true;
  }

  #collect(id: string): Contents {
    const edges = this.#known.get(id) ?? null;
    if (edges === null) return [];
    const known = this.#contents.get(id);
    if (known !== undefined) return known;
    const found: Contents = [];
    const there = new Set<string>();
    const add = (object: string, parts: Buffer[]): void => {
      this.#history.tick();
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      if (there.has(object) || !this.#keep(Math.min(length, LONGEST))) return;
      there.add(object);
      found.push({ id: object, path: Buffer.from(Buffer.concat(parts).subarray(0, LONGEST)) });
    };
    for (const edge of edges) {
      if (this.#wanted.has(edge.id)) add(edge.id, [edge.name]);
      for (const inner of edge.tree ? this.#collect(edge.id) : []) add(inner.id, [edge.name, SLASH, inner.path]);
    }
    this.#contents.set(id, found);
    return found;
  }
}

function nextOf(entries: Iterator<TreeEntry>): TreeEntry | undefined {
  const next = entries.next();
  return next.done === true ? undefined : next.value;
}

const SLASH = Buffer.from('/');
