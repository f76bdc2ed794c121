/** Keeps, on a tmpfs, what a later process needs to be known again by the inits of this one: keys, never values. */

import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { RecordedProcess } from '../kernel/container-end.js';
import type { InitConfig } from './frames.js';

const KEY = 32;

/** One start of a container whose init has a key. */
export interface Resume {
  dockerId: string;
  process: RecordedProcess;
  config: InitConfig;
  /** 32 bytes; wiped by whoever drops it. */
  key: Buffer;
}

export class ResumeKeys {
  readonly #directory: string;

  constructor(runDir: string) {
    this.#directory = posix.join(runDir, 'resume');
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    chmodSync(this.#directory, 0o700);
  }

  /** Before the key is given away. Throws what the file system says. */
  save(sandbox: string, one: Resume): void {
    const { key, ...rest } = one;
    const file = this.#file(sandbox);
    const bytes = Buffer.concat([key, Buffer.from(JSON.stringify(rest))]);
    writeFileSync(`${file}.new`, bytes, { mode: 0o600 });
    bytes.fill(0);
    renameSync(`${file}.new`, file);
  }

  /** null: there is none, or it was cut off. */
  load(sandbox: string): Resume | null {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.#file(sandbox));
    } catch {
      return null;
    }
    try {
      const key = Buffer.allocUnsafeSlow(KEY);
      if (bytes.copy(key, 0, 0, KEY) !== KEY) return null;
      const rest: unknown = JSON.parse(bytes.toString('utf8', KEY));
      return isResume(rest) ? { ...rest, key } : null;
    } catch {
      return null;
    } finally {
      bytes.fill(0);
    }
  }

  drop(sandbox: string): void {
    rmSync(this.#file(sandbox), { force: true });
  }

  #file(sandbox: string): string {
    return posix.join(this.#directory, sandbox);
  }
}

function isResume(value: unknown): value is Omit<Resume, 'key'> {
  if (typeof value !== 'object' || value === null) return false;
  return 'dockerId' in value && typeof value.dockerId === 'string' && 'process' in value && 'config' in value;
}
