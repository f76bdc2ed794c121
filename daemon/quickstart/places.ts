/** Where the quickstart keeps what it makes: one directory, and a record of what it started. Holds no secret. */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { NetworkBefore } from './firewall.js';
import type { Started } from './process.js';

export interface Places {
  root: string;
  record: string;
  /** Names of the Debian packages that were installed for the quickstart. */
  packages: string;
  engine: { root: string; socket: string; data: string; exec: string; pidFile: string; config: string; log: string };
  daemon: {
    config: string;
    data: string;
    vault: string;
    key: string;
    token: string;
    auditHead: string;
    run: string;
    socket: string;
    log: string;
  };
}

/** What was started and made, so that it can be found again and taken away. */
export interface Record {
  engine?: { process: Started; before: NetworkBefore | null };
  daemon?: { process: Started; build: string; address: string; dockerHost: string; vault: string };
  /** The image was imported into an engine that is not ours. */
  imported?: { image: string; dockerHost: string };
}

/** `AMPOULE_QUICKSTART_DIR`, or `.ampoule-quickstart` in the home directory. */
export function placesFor(env: { AMPOULE_QUICKSTART_DIR?: string | undefined }, home: string = homedir()): Places {
  const given = env.AMPOULE_QUICKSTART_DIR;
  const root = given === undefined || given === '' ? join(home, '.ampoule-quickstart') : resolve(given);
  const engine = join(root, 'engine');
  return {
    root,
    record: join(root, 'started.json'),
    packages: join(root, 'packages.json'),
    engine: {
      root: engine,
      socket: join(engine, 'docker.sock'),
      data: join(engine, 'data'),
      exec: join(engine, 'exec'),
      pidFile: join(engine, 'dockerd.pid'),
      config: join(engine, 'daemon.json'),
      log: join(engine, 'dockerd.log'),
    },
    daemon: {
      config: join(root, 'ampouled.json'),
      data: join(root, 'data'),
      vault: join(root, 'data/vault.db'),
      key: join(root, 'key/vault.key'),
      token: join(root, 'key/operator.token'),
      auditHead: join(root, 'state/audit-head'),
      run: join(root, 'run'),
      socket: join(root, 'run/ampoule.sock'),
      log: join(root, 'ampouled.log'),
    },
  };
}

/** Longest path that a unix socket's address holds, less what containerd puts below the engine's directory. */
const LONGEST_ROOT = 107 - '/engine/exec/containerd/containerd.sock.ttrpc'.length;

/** Makes the directory, for nobody else. */
export function makeRoot(places: Places): void {
  if (Buffer.byteLength(places.root) > LONGEST_ROOT) {
    throw new Error(
      `The path ${places.root} is too long for the sockets in it. Give a shorter one with AMPOULE_QUICKSTART_DIR.`,
    );
  }
  mkdirSync(places.root, { recursive: true, mode: 0o700 });
}

export function readRecord(places: Places): Record {
  return existsSync(places.record) ? JSON.parse(readFileSync(places.record, 'utf8')) : {};
}

/** Adds to the record, at once and whole. */
export function note(places: Places, more: Record): void {
  const whole = { ...readRecord(places), ...more };
  writeFileSync(`${places.record}.new`, `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${places.record}.new`, places.record);
}
