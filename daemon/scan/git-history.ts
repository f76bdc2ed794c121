/** Says which commits have what was found, in which file, and what keeps them. Asks for trees one by one and holds none. */

import { type Commit, treeEntries } from './git-objects.js';
import { type Keeper, plainer } from './git-reach.js';
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
}

/** @param wanted ids of blobs and trees. `incomplete`: not every tree could be looked at. */
export function whereIn(
  { commits, keepers, readTree }: History,
  wanted: ReadonlySet<string>,
  limits: Pick<Limits, 'trees' | 'depth'>,
): { seen: Map<string, Seen>; incomplete: boolean } {
  const seen = new Map<string, Seen>();
  const trees = new Trees(wanted, readTree, limits);
  const oldestFirst = [...commits].sort(([, a], [, b]) => a.committedAt - b.committedAt);
  for (const [id, { tree }] of oldestFirst) {
    const keeper = keepers.get(id);
    for (const { id: object, path } of trees.contents(tree)) {
      const known = seen.get(object);
      if (known === undefined) seen.set(object, { commit: id, path, commits: 1, keeper });
      else {
        known.commits += 1;
        known.keeper = plainer(known.keeper, keeper);
      }
    }
  }
  return { seen, incomplete: trees.incomplete };
}

class Trees {
  incomplete = false;
  readonly #wanted: ReadonlySet<string>;
  readonly #readTree: History['readTree'];
  readonly #limits: Pick<Limits, 'trees' | 'depth'>;
  /** Trees that were looked at, with what of them leads on; null: nothing. */
  readonly #known = new Map<string, Edge[] | null>();
  readonly #contents = new Map<string, Contents>();
  #kept = 0;

  constructor(wanted: ReadonlySet<string>, readTree: History['readTree'], limits: Pick<Limits, 'trees' | 'depth'>) {
    this.#wanted = wanted;
    this.#readTree = readTree;
    this.#limits = limits;
  }

  contents(root: string): Contents {
    this.#look(root);
    return this.#collect(root);
  }

  /** Depth first without recursion: how deep it goes is somebody else's choice. */
  #look(root: string): void {
    if (this.#known.has(root)) return;
    const stack = [this.#open(root)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const entry = top.entries[top.next];
      if (entry === undefined) {
        if (top.edges.length > 0) this.#known.set(top.id, top.edges);
        stack.pop();
        continue;
      }
      const wanted = this.#wanted.has(entry.id);
      if (entry.tree && !this.#known.has(entry.id)) {
        if (stack.length < this.#limits.depth && this.#known.size < this.#limits.trees) {
          stack.push(this.#open(entry.id));
          continue;
        }
        this.incomplete = true;
      }
      top.next += 1;
      const leads = entry.tree && (this.#known.get(entry.id) ?? null) !== null;
      if (wanted || leads) top.edges.push({ name: Buffer.from(entry.name), id: entry.id, tree: leads });
    }
  }

  #open(id: string): { id: string; entries: Edge[]; next: number; edges: Edge[] } {
    this.#known.set(id, null);
    const content = this.#readTree(id);
    return { id, entries: content === null ? [] : [...treeEntries(content)], next: 0, edges: [] };
  }

  #collect(id: string): Contents {
    const edges = this.#known.get(id) ?? null;
    if (edges === null) return [];
    const known = this.#contents.get(id);
    if (known !== undefined) return known;
    const found: Contents = [];
    const there = new Set<string>();
    const add = (object: string, path: Buffer): void => {
      if (there.has(object)) return;
      this.#kept += path.length + 100;
      if (this.#kept > KEPT) {
        this.incomplete = true;
        return;
      }
      there.add(object);
      found.push({ id: object, path });
    };
    for (const edge of edges) {
      if (this.#wanted.has(edge.id)) add(edge.id, edge.name);
      for (const inner of edge.tree ? this.#collect(edge.id) : [])
        add(inner.id, Buffer.concat([edge.name, SLASH, inner.path]).subarray(0, LONGEST));
    }
    this.#contents.set(id, found);
    return found;
  }
}

const SLASH = Buffer.from('/');
