/** Real git repositories for tests, made by git itself, and directories as tar streams. Uses nothing of the scanner. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import { LIMITS } from '../../../daemon/scan/limits.js';
import { startScan } from '../../../daemon/scan/scan.js';
import type { Finding, Report, Target } from '../../../daemon/scan/words.js';

export interface GitWorld {
  /** The directory that is searched. */
  root: string;
  git(...args: string[]): string;
  write(path: string, text: string | Uint8Array): void;
  /** Adds everything and commits it; gives the commit's id. */
  commit(message: string, more?: string[]): string;
  scan(values: Record<string, string>, limits?: Partial<typeof LIMITS>): Report;
}

/** An empty repository in `where` of a new directory, with dates that grow by a minute a commit. */
export function gitWorld(t: Test, where = '.'): GitWorld {
  const root = mkdtempSync(join(tmpdir(), 'ampoule-git-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const at = join(root, where);
  mkdirSync(at, { recursive: true });
  let minute = 0;
  const git = (...args: string[]): string => {
    const date = `2030-01-01T12:${String(minute).padStart(2, '0')}:00Z`;
    return execFileSync('git', args, { cwd: at, encoding: 'utf8', env: environment(root, date), stdio: 'pipe' }).trim();
  };
  git('init', '-q', '-b', 'main');
  return {
    root,
    git,
    write(path, text) {
      mkdirSync(dirname(join(at, path)), { recursive: true });
      writeFileSync(join(at, path), text);
    },
    commit(message, more = []) {
      minute += 1;
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message, ...more);
      return git('rev-parse', 'HEAD');
    },
    scan: (values, limits) => scanTar(tarOf(root), values, limits),
  };
}

/** Without anything of whoever runs the test. */
export function environment(home: string, date = '2030-01-01T12:00:00Z'): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.org',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
    GIT_ALLOW_PROTOCOL: 'file',
  };
}

/** A directory as tar makes it. */
export function tarOf(directory: string, ...more: string[]): Buffer {
  return execFileSync('tar', ['--sort=name', '-C', directory, ...more, '-cf', '-', '.'], { maxBuffer: 1 << 30 });
}

export function targetsOf(values: Record<string, string>): Target[] {
  return Object.entries(values).map(([name, value]) => {
    const [secret = '', version = '1'] = name.split('#');
    return { secret, version: Number(version), current: true, value: Buffer.from(value) };
  });
}

/** In chunks of odd sizes, as they come over a connection. */
export function scanTar(tar: Uint8Array, values: Record<string, string>, limits: Partial<typeof LIMITS> = {}): Report {
  const scan = startScan(targetsOf(values), '', { ...LIMITS, ...limits });
  for (let at = 0, size = 1; at < tar.length; at += size, size = (size * 7 + 13) % 65_537) {
    scan.push(tar.subarray(at, at + size));
  }
  return scan.end();
}

/** What was found in git's objects, in few words. */
export function inGit(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ git }) => git !== null)
    .map(({ secret, git, path, line }) => `${secret} ${git?.object} ${path}:${line} ${git?.held} ${git?.ref}`)
    .sort();
}
