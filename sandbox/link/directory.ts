/** The directories that sandboxes mount, each with the socket of its init; holds no key, and connects nothing. */

import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { posix } from 'node:path';
import type { InitPlace } from './place.js';

/** Ids become names of directories. */
const ID = /^[A-Za-z0-9_]{1,64}$/;

export class InitDirectories {
  readonly #own: string;
  /** Where the host sees it is known later than this is made. */
  readonly #place: Pick<InitPlace, 'hostRunDir'>;

  /** Makes the parent, which no sandbox mounts. */
  constructor(place: Pick<InitPlace, 'runDir' | 'hostRunDir'>) {
    this.#own = posix.join(place.runDir, 'sandboxes');
    this.#place = place;
    mkdirSync(this.#own, { recursive: true, mode: 0o700 });
    chmodSync(this.#own, 0o700);
  }

  /** Sandboxes whose directories are there, also from an earlier process. */
  known(): string[] {
    return readdirSync(this.#own).filter((name) => ID.test(name));
  }

  /** Where the engine's host finds a sandbox's directory. */
  onHost(sandbox: string): string {
    return posix.join(this.#place.hostRunDir, 'sandboxes', named(sandbox));
  }

  socket(sandbox: string): string {
    return posix.join(this.#own, named(sandbox), 's');
  }

  /** Makes it where it is not there. */
  ensure(sandbox: string): void {
    const directory = posix.join(this.#own, named(sandbox));
    mkdirSync(directory, { recursive: true });
    // Whatever the umask says: the container's user has to reach the socket.
    chmodSync(directory, 0o755);
  }

  /** Another directory of the same name: what mounted the old one sees nothing of the new. */
  renew(sandbox: string): void {
    this.remove(sandbox);
    this.ensure(sandbox);
  }

  remove(sandbox: string): void {
    rmSync(posix.join(this.#own, named(sandbox)), { recursive: true, force: true });
  }
}

function named(sandbox: string): string {
  if (!ID.test(sandbox)) throw new TypeError('this is no id of a sandbox');
  return sandbox;
}
