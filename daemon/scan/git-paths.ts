/** Says what a file of a tree is to git, by its path alone: pack, index of a pack, loose object, file of refs. Reads nothing. */

export type GitFile =
  /** `name`: what pack and index have in common. */
  | { kind: 'pack' | 'index'; repository: string; name: string }
  | { kind: 'object'; repository: string }
  | { kind: 'refs' };

/** Git reads every pack that lies there, whatever it is called. */
const PACK = /^((?:.*?\/)?)objects\/pack\/([^/]+)\.(pack|idx)$/s;
const OBJECT = /^((?:.*?\/)?)objects\/[0-9a-f]{2}\/[0-9a-f]{38}(?:[0-9a-f]{24})?$/s;
const REFS = /(^|\/)(HEAD|packed-refs|(?:ORIG|FETCH|MERGE|CHERRY_PICK|REVERT|REBASE)_HEAD)$|(^|\/)(refs|logs)\//;

/** null: a file like any other. Directories end in a slash. */
export function gitFile(path: string): GitFile | null {
  const pack = PACK.exec(path);
  if (pack !== null)
    return { kind: pack[3] === 'pack' ? 'pack' : 'index', repository: pack[1] ?? '', name: `${pack[1]}${pack[2]}` };
  const object = OBJECT.exec(path);
  if (object !== null) return { kind: 'object', repository: object[1] ?? '' };
  return REFS.test(path) ? { kind: 'refs' } : null;
}

/** The part of a path within a repository's own directory, that of its working trees among it; null: not of this one. */
export function within(repository: string, path: string): string | null {
  if (!path.startsWith(repository)) return null;
  const rest = path.slice(repository.length).replace(/^worktrees\/[^/]+\//, '');
  return /^(?:[A-Z_]*HEAD|packed-refs|refs\/.*|logs\/.*)$/s.test(rest) ? rest : null;
}
