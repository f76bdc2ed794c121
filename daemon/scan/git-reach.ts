/** Says of each commit and tag by which ref it is kept, the plainest kind first. Reads no object. */

import type { Commit, Tag } from './git-objects.js';
import { KINDS, type Ref } from './git-refs.js';

export type Keeper = Pick<Ref, 'kind' | 'name'>;

/**
 * Whoever is not in it is kept by nothing.
 * @param tick is called at each step; what it throws ends the search
 */
export function keepersOf(
  commits: ReadonlyMap<string, Pick<Commit, 'parents'>>,
  tags: ReadonlyMap<string, Tag>,
  refs: readonly Ref[],
  tick: () => void = () => {},
  kept = new Map<string, Keeper>(),
): Map<string, Keeper> {
  const inOrder = [...refs].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const kind of KINDS) {
    for (const ref of inOrder) {
      if (ref.kind !== kind) continue;
      const keeper: Keeper = { kind, name: ref.name };
      const waiting = [ref.id];
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        tick();
        if (kept.has(id)) continue;
        const commit = commits.get(id);
        const tag = tags.get(id);
        if (commit === undefined && tag === undefined) continue;
        kept.set(id, keeper);
        if (tag !== undefined) waiting.push(tag.object);
        for (const parent of commit?.parents ?? []) if (!kept.has(parent)) waiting.push(parent);
      }
    }
  }
  return kept;
}

/** The plainer of two; a keeper is plainer than none. */
export function plainer(a: Keeper | undefined, b: Keeper | undefined): Keeper | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return KINDS.indexOf(b.kind) < KINDS.indexOf(a.kind) ? b : a;
}
