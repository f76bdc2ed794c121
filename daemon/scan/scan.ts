/** One scan: a tar stream in, findings out. Searches files as they pass; what belongs to git goes its own way. Starts no thread. */

import { type Finder, type Hit, makeFinder, type Search } from './finder.js';
import { type Gathering, GitFiles } from './git-files.js';
import { LIMITS, type Limits } from './limits.js';
import { TarBroken, type TarEntry, type TarListener, TarReader } from './tar.js';
import type { Finding, Progress, Report, Skipped, Target } from './words.js';

const LONGEST_PATH = 1024;

export interface Scan {
  push(chunk: Uint8Array): void;
  /** What was found; the values are wiped. Whatever the stream held, this does not throw. */
  end(): Report;
  progress(): Progress;
  /** Targets that are too short to be looked for. */
  short: Pick<Target, 'secret' | 'version'>[];
  wipe(): void;
}

/**
 * Copies what it needs of the targets.
 * @param base directory in which all of the stream lies, left out of what is told
 */
export function startScan(targets: readonly Target[], base = '', limits: Limits = LIMITS): Scan {
  const finder = makeFinder(targets);
  const findings = new Findings(finder, limits);
  const files = new Files(finder, limits, findings, base);
  const tar = new TarReader(files);
  let bytes = 0;
  let broken = false;
  return {
    short: finder.short,
    push(chunk) {
      if (broken) return;
      bytes += chunk.length;
      try {
        tar.push(chunk);
      } catch (error) {
        if (!(error instanceof TarBroken)) throw error;
        broken = true;
        findings.skip('', `The stream cannot be read on: ${error.message}.`);
      }
    },
    end() {
      const whole = tar.end() && !broken;
      if (!whole && !broken) findings.skip('', 'The stream ended early; what came before it was searched.');
      try {
        for (const finding of files.git.finish()) findings.add(finding);
      } finally {
        finder.wipe();
      }
      return {
        findings: findings.told,
        scanned: {
          ...{ files: files.count, bytes, objects: files.git.objects },
          ...{ skipped: findings.skipped, skippedTotal: findings.skippedTotal },
        },
        complete: whole && findings.skippedTotal === 0 && findings.total <= findings.told.length,
      };
    },
    progress: () => ({
      ...{ files: files.count, bytes, objects: files.git.objects },
      findings: findings.total + files.git.found,
    }),
    wipe: () => finder.wipe(),
  };
}

/** What was found and what was left out, as far as it is told. */
class Findings {
  readonly told: Finding[] = [];
  readonly skipped: Skipped[] = [];
  total = 0;
  skippedTotal = 0;
  readonly #finder: Finder;
  readonly #limits: Limits;

  constructor(finder: Finder, limits: Limits) {
    this.#finder = finder;
    this.#limits = limits;
  }

  add(finding: Finding): void {
    this.total += 1;
    if (this.told.length < this.#limits.findings) this.told.push(finding);
  }

  hits(hits: readonly Hit[], path: string, where: Finding['in']): void {
    if (hits.length === 0) return;
    const shown = this.shown(path);
    for (const hit of hits) this.add({ ...hit, in: where, path: shown, git: null });
  }

  skip(path: string, reason: string): void {
    this.skippedTotal += 1;
    if (this.skipped.length < this.#limits.skipped) this.skipped.push({ path: this.shown(path), reason });
  }

  shown(path: string): string {
    return this.#finder.shown(path, LONGEST_PATH);
  }
}

/** The files of the stream, one after the other. */
class Files implements TarListener {
  count = 0;
  readonly git: GitFiles;
  readonly #finder: Finder;
  readonly #findings: Findings;
  readonly #base: string;
  #path = '';
  #search: Search | null = null;
  #gathering: Gathering | null = null;

  constructor(finder: Finder, limits: Limits, findings: Findings, base: string) {
    this.#finder = finder;
    this.#findings = findings;
    this.#base = base === '' ? '' : `${base}/`;
    const skipped = (path: string, reason: string) => findings.skip(path, reason);
    const plain = (path: string, hits: readonly Hit[]) => findings.hits(hits, path, 'content');
    this.git = new GitFiles({ finder, limits, skipped, plain, shown: (path) => findings.shown(path) });
  }

  begin({ path: whole, kind, size }: TarEntry): void {
    const plain = whole.replace(/^(\.?\/)+/, '');
    const path = plain.startsWith(this.#base) ? plain.slice(this.#base.length) : plain;
    this.#path = path;
    // Each part once: the name of a directory came before all that is in it.
    const name = path.replace(/\/+$/, '');
    this.#findings.hits(this.#finder.within(Buffer.from(name.slice(name.lastIndexOf('/') + 1))), path, 'name');
    if (kind !== 'file') return;
    this.count += 1;
    this.#gathering = this.git.begin(path, size);
    // What is deflated shows nothing as it is; refs and logs are text like any other, and so may be what is called an index.
    const kindOfGit = this.#gathering?.file.kind ?? 'refs';
    this.#search = kindOfGit === 'refs' || kindOfGit === 'index' ? this.#finder.search() : null;
  }

  data(chunk: Uint8Array): void {
    this.#search?.push(chunk);
    const gathering = this.#gathering;
    if (gathering === null) return;
    gathering.bytes.set(chunk, gathering.filled);
    gathering.filled += chunk.length;
  }

  end(): void {
    this.#findings.hits(this.#search?.end() ?? [], this.#path, 'content');
    const gathering = this.#gathering;
    this.#search = null;
    this.#gathering = null;
    if (gathering === null) return;
    if (gathering.filled === gathering.bytes.length) this.git.end(gathering);
    else this.#findings.skip(gathering.path, 'it is not there whole');
  }
}
