/** Takes git's objects apart: commits, tags, trees, loose files. Believes nothing: what does not fit is null or ends early. */

import { createHash } from 'node:crypto';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

const TYPES: readonly string[] = ['commit', 'tree', 'blob', 'tag'];
const [SPACE, NUL] = [0x20, 0];
/** Of a commit or tag so much is read for what it says of itself. */
const HEAD = 64 * 1024;
/** Characters of a tag's name. */
const LONGEST_NAME = 1024;

/** The id of an object: 40 hex digits. */
export function idOf(type: ObjectType, content: Uint8Array): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

/** An inflated loose object. */
export function looseObject(bytes: Buffer): { type: ObjectType; content: Buffer } | null {
  const end = bytes.subarray(0, 64).indexOf(NUL);
  const match = /^([a-z]+) (\d{1,15})$/.exec(bytes.toString('latin1', 0, Math.max(0, end)));
  const type = match?.[1] ?? '';
  const content = bytes.subarray(end + 1);
  return isType(type) && content.length === Number(match?.[2]) ? { type, content } : null;
}

export function isType(word: string): word is ObjectType {
  return TYPES.includes(word);
}

export interface Commit {
  tree: string;
  parents: string[];
  /** Milliseconds since 1970: when it was written, and when it was put where it is. */
  authoredAt: number;
  committedAt: number;
  /** First line of what it says. */
  subject: Buffer;
}

export function parseCommit(content: Buffer): Commit | null {
  const { fields, message } = parts(content);
  const tree = fields.find(([name]) => name === 'tree')?.[1] ?? '';
  if (!/^[0-9a-f]{40}$/.test(tree)) return null;
  const parents = fields.filter(([name, id]) => name === 'parent' && /^[0-9a-f]{40}$/.test(id)).map(([, id]) => id);
  const distinct = [...new Set(parents)].map(own);
  const time = (field: string) => timeOf(fields.find(([name]) => name === field)?.[1] ?? '');
  return {
    ...{ tree: own(tree), parents: distinct },
    ...{ authoredAt: time('author'), committedAt: time('committer'), subject: firstLine(message) },
  };
}

export interface Tag {
  object: string;
  name: string;
}

export function parseTag(content: Buffer): Tag | null {
  const { fields } = parts(content);
  const object = fields.find(([name]) => name === 'object')?.[1] ?? '';
  const name = fields.find(([field]) => field === 'tag')?.[1] ?? '';
  return /^[0-9a-f]{40}$/.test(object) ? { object: own(object), name: own(name.slice(0, LONGEST_NAME)) } : null;
}

/** The same text in memory of its own: a part of a longer one keeps all of that. */
function own(text: string): string {
  return Buffer.from(text).toString();
}

function parts(content: Buffer): { fields: [string, string][]; message: Buffer } {
  const head = content.subarray(0, HEAD);
  const end = head.indexOf('\n\n');
  const text = head.toString('utf8', 0, end < 0 ? head.length : end);
  const fields = text.split('\n').map((line): [string, string] => {
    const space = line.indexOf(' ');
    return space < 1 ? ['', ''] : [line.slice(0, space), line.slice(space + 1)];
  });
  return { fields, message: end < 0 ? Buffer.alloc(0) : head.subarray(end + 2) };
}

function timeOf(line: string): number {
  const seconds = Number(/> (-?\d{1,12}) [+-]\d{4}$/.exec(line)?.[1] ?? 0);
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}

function firstLine(message: Buffer): Buffer {
  const end = message.indexOf('\n');
  return message.subarray(0, Math.min(end < 0 ? message.length : end, 1000));
}

export interface TreeEntry {
  name: Buffer;
  id: string;
  tree: boolean;
}

/** Each entry in turn; those of submodules, whose commits are another repository's, are left out. */
export function* treeEntries(content: Buffer): Generator<TreeEntry> {
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(SPACE, at);
    const end = content.indexOf(NUL, space);
    if (space < 0 || space - at > 7 || end < 0 || end + 21 > content.length) return;
    const mode = content.toString('latin1', at, space);
    const next = end + 21;
    if (mode !== '160000')
      yield {
        name: content.subarray(space + 1, end),
        id: content.toString('hex', end + 1, next),
        tree: mode === '40000' || mode === '040000',
      };
    at = next;
  }
}
