/** Reads git's refs and their logs out of small files, and says what kind of ref each is. Follows nothing. */

import { within } from './git-paths.js';
import type { Held } from './words.js';

/** A name that keeps a commit (or tag) alive. */
export interface Ref {
  kind: Exclude<Held, 'dangling' | 'unknown'>;
  name: string;
  /** 40 hex digits. */
  id: string;
}

/** What keeps a commit, the plainest first. */
export const KINDS: readonly Ref['kind'][] = ['branch', 'tag', 'remote', 'stash', 'notes', 'ref', 'reflog'];

/** So many ids are taken out of one file; a log has one a line. */
const MOST = 200_000;
const LONGEST_LINE = 512;
const LF = 10;

/** A file that may hold refs, before it is known to which repository it belongs. */
export interface RefFile {
  path: string;
  ids: { id: string; name: string | null }[];
  /** It has more than are taken out of one file. */
  cut: boolean;
}

/** Null where no line of it is one of git's. */
export function readRefFile(path: string, bytes: Uint8Array): RefFile | null {
  const ids: RefFile['ids'] = [];
  const logged = /(^|\/)logs\//.test(path);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0, end = 0; at < text.length && ids.length < MOST; at = end + 1) {
    end = text.indexOf(LF, at);
    if (end < 0) end = text.length;
    // Each line a text of its own: a part of a longer one keeps all of that in memory.
    const line = text.toString('latin1', at, Math.min(end, at + LONGEST_LINE));
    const log = logged ? /^([0-9a-f]{40}) ([0-9a-f]{40}) /.exec(line) : null;
    if (log !== null) for (const id of [log[1], log[2]]) ids.push({ id: id ?? '', name: null });
    const plain = logged ? null : /^\^?([0-9a-f]{40})(?:[ \t](.{1,300}))?$/.exec(line.trimEnd());
    if (plain !== null) ids.push({ id: plain[1] ?? '', name: plain[2] ?? null });
  }
  return ids.length === 0 ? null : { path, ids: distinct(ids), cut: ids.length >= MOST };
}

function distinct(ids: RefFile['ids']): RefFile['ids'] {
  return [...new Map(ids.map((one) => [`${one.id} ${one.name}`, one])).values()];
}

/** The refs that a file gives to a repository; empty where the file is another's. */
export function refsOf(repository: string, file: RefFile): Ref[] {
  const rest = within(repository, file.path);
  if (rest === null) return [];
  return file.ids
    .filter(({ id }) => !/^0+$/.test(id))
    .map(({ id, name }) => {
      const full = rest === 'packed-refs' ? (name ?? '') : rest;
      return { id, kind: kindOf(full), name: shortName(full) };
    });
}

function kindOf(name: string): Ref['kind'] {
  // What was stashed before the newest stash stands in its log alone.
  if (name === 'refs/stash' || name === 'logs/refs/stash') return 'stash';
  if (name.startsWith('logs/')) return 'reflog';
  if (name.startsWith('refs/heads/') || name === 'HEAD') return 'branch';
  if (name.startsWith('refs/tags/')) return 'tag';
  if (name.startsWith('refs/remotes/')) return 'remote';
  return name.startsWith('refs/notes/') ? 'notes' : 'ref';
}

function shortName(name: string): string {
  return name.replace(/^(logs\/)?(refs\/(heads|tags|remotes|notes)\/|refs\/(?=stash$))?/, '');
}
