/** One git repository out of a stream of files: searches every object as it comes, and says at the end which commit has what. */

import type { Finder, Hit } from './finder.js';
import { type Where, whereIn } from './git-history.js';
import { type Commit, idOf, looseObject, type ObjectType, parseCommit, parseTag, type Tag } from './git-objects.js';
import { eachObject } from './git-pack.js';
import { type Keeper, keepersOf } from './git-reach.js';
import type { Ref } from './git-refs.js';
import { ObjectStore, type Place } from './git-store.js';
import { Exhausted, type Inflater } from './inflate.js';
import type { Limits } from './limits.js';
import type { Finding, GitPlace } from './words.js';

export interface RepositoryOptions {
  /** Its own directory in what is searched, as it may be shown. */
  name: string;
  finder: Finder;
  limits: Limits;
  inflater: Inflater;
  /** For reading trees again: what a search took is not missing here. */
  reader: Inflater;
  skipped(path: string, reason: string): void;
  /** Hears of each object. */
  counted(): void;
  /** false: so many more commits and trees, or places, are not to be remembered. */
  room(what: 'history' | 'hits', count: number): boolean;
}

const LONGEST_PATH = 1024;
const LONGEST_SUBJECT = 120;

export class Repository {
  readonly #options: RepositoryOptions;
  readonly #store: ObjectStore;
  readonly #commits = new Map<string, Commit>();
  readonly #tags = new Map<string, Tag>();
  readonly #found = new Map<string, { type: ObjectType; hits: Hit[] }>();
  /** Commits, trees or refs are missing, so what seems to be kept by nothing may be kept. */
  #incomplete = false;

  constructor(options: RepositoryOptions) {
    this.#options = options;
    this.#store = new ObjectStore(options.limits, options.reader);
  }

  /** A pack, and its index where there is one; the pack is held until the end. false: a part of it is left out. @throws Exhausted */
  pack(path: string, pack: Buffer, index: Buffer | null): boolean {
    const { limits, inflater, skipped } = this.#options;
    let whole = true;
    const left = (reason: string): void => {
      whole = false;
      skipped(path, reason);
    };
    eachObject(pack, index, { limits, inflater, skipped: left }, (object) =>
      this.#take(object.type, object.id, object.content, { pack, offset: object.offset }),
    );
    return whole;
  }

  /** A loose object, deflated. `held`: it is held until the end. @throws Exhausted */
  loose(path: string, bytes: Buffer): 'held' | 'done' | 'broken' {
    const { limits, inflater, skipped } = this.#options;
    inflater.object();
    const read = inflater.inflate(bytes, 0, limits.object);
    const object = read && looseObject(read.content);
    if (object === null) {
      skipped(path, 'the git object is broken or too large');
      return 'broken';
    }
    const { type, content } = object;
    this.#take(type, idOf(type, content), content, { loose: bytes });
    return type === 'tree' ? 'held' : 'done';
  }

  #take(type: ObjectType, id: string, content: Buffer, place: Place): void {
    this.#options.counted();
    const hits = this.#options.finder.within(content);
    if (hits.length > 0 && this.#options.room('hits', hits.length)) this.#found.set(id, { type, hits });
    if (type === 'tree' && this.#room(1)) this.#store.put(id, place);
    const commit = type === 'commit' ? parseCommit(content) : null;
    if (commit !== null && this.#room(1 + commit.parents.length))
      this.#commits.set(id, { ...commit, subject: Buffer.from(commit.subject) });
    const tag = type === 'tag' ? parseTag(content) : null;
    if (tag !== null && this.#room(1)) this.#tags.set(id, tag);
  }

  #room(count: number): boolean {
    const fits = this.#options.room('history', count);
    if (!fits) this.#incomplete = true;
    return fits;
  }

  get found(): number {
    return this.#found.size;
  }

  /** Everything that was found, each once for a file, with the oldest commit that has it. @param all no ref is missing */
  finish(refs: readonly Ref[], all: boolean): Finding[] {
    if (this.#found.size === 0) return [];
    this.#incomplete ||= !all;
    const keepers = this.#keepers(refs);
    const seen = this.#seen(keepers);
    const findings = new Map<string, Finding>();
    for (const [id, { type, hits }] of this.#found) {
      const place = this.#placeOf(id, type, keepers, seen);
      for (const hit of hits) {
        const path = place.path ?? place.repository;
        const key = JSON.stringify([hit.secret, hit.version, hit.encoding, path, place.path === null ? id : type]);
        const known = findings.get(key);
        const finding: Finding = { ...hit, in: type === 'tree' ? 'name' : 'content', path, git: place };
        findings.set(key, known === undefined ? finding : older(known, finding));
      }
    }
    return [...findings.values()];
  }

  #keepers(refs: readonly Ref[]): Map<string, Keeper> {
    const { name, skipped, reader } = this.#options;
    const kept = new Map<string, Keeper>();
    try {
      return keepersOf(this.#commits, this.#tags, refs, () => reader.spend(0), kept);
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      this.#incomplete = true;
      skipped(name, `what keeps its commits was not all looked at: ${error.message}`);
      return kept;
    }
  }

  #seen(keepers: ReadonlyMap<string, Keeper>): Where {
    const { name, limits, skipped, reader } = this.#options;
    const wanted = new Set<string>();
    for (const [id, { type }] of this.#found) if (type === 'blob' || type === 'tree') wanted.add(id);
    if (wanted.size === 0) return { seen: new Map(), incomplete: false, ended: null };
    const readTree = (id: string) => this.#store.read(id, 'tree');
    const history = { commits: this.#commits, keepers, readTree, tick: () => reader.spend(0) };
    const where = whereIn(history, wanted, limits);
    if (where.ended !== null) skipped(name, `not all of its commits were asked for what was found: ${where.ended}`);
    else if (where.incomplete)
      skipped(name, 'not every directory of its commits was looked at, so commits may be missing');
    this.#incomplete ||= where.incomplete;
    return where;
  }

  #placeOf(id: string, type: ObjectType, keepers: ReadonlyMap<string, Keeper>, { seen }: Where): GitPlace {
    const { name: repository, finder } = this.#options;
    const tag = this.#tags.get(id);
    const where = seen.get(id);
    const commit = where?.commit ?? (type === 'commit' ? id : (tag?.object ?? null));
    const about = commit === null ? undefined : this.#commits.get(commit);
    const keeper = where === undefined ? keepers.get(id) : where.keeper;
    const path = where?.path ?? tag?.name ?? null;
    return {
      ...{ repository, object: type, id: id.slice(0, 12) },
      commit: about === undefined || commit === null ? null : commit.slice(0, 12),
      authoredAt: about?.authoredAt ?? null,
      subject: about === undefined ? null : finder.shown(about.subject, LONGEST_SUBJECT),
      path: path === null ? null : finder.shown(path, LONGEST_PATH),
      commits: where?.commits ?? (about === undefined ? 0 : 1),
      held: keeper?.kind ?? (this.#incomplete ? 'unknown' : 'dangling'),
      ref: keeper === undefined ? null : finder.shown(keeper.name, LONGEST_PATH),
    };
  }
}

/** Both as one: what is told is of the older, and of what keeps them the plainer. */
function older(a: Finding, b: Finding): Finding {
  if (a.git === null || b.git === null) return a;
  const [first, second] = (a.git.authoredAt ?? 0) <= (b.git.authoredAt ?? 0) ? [a, b] : [b, a];
  if (first.git === null || second.git === null) return a;
  const order: GitPlace['held'][] = [
    'branch',
    'tag',
    'remote',
    'stash',
    'notes',
    'ref',
    'reflog',
    'unknown',
    'dangling',
  ];
  const kept = order.indexOf(first.git.held) <= order.indexOf(second.git.held) ? first.git : second.git;
  const { held, ref } = kept;
  return { ...first, git: { ...first.git, commits: a.git.commits + b.git.commits, held, ref } };
}
