/** Puts ampoule-init where containers can run it from, and says where sockets and programs lie as the engine's host sees them. Calls Docker only to look at ourselves. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Engine, executableDirectory, type InitPlace, installInit } from '../sandbox/index.js';
import type { Config } from './config.js';
import { lookFromHost, ownContainerIds } from './host-paths.js';

export interface Ground {
  /** Filled in by `prepare`; to be read at each use. */
  place: InitPlace;
  /** What keeps delivery by memory from working here, with what to do; null: nothing that is known. Rejects when Docker does not answer. */
  prepare(): Promise<string | null>;
}

export interface GroundOptions {
  config: Pick<Config, 'runDir' | 'auditHeadFile' | 'dataDir'>;
  engine: Pick<Engine, 'inspect'>;
  /** Where the C programs lie. */
  programs: string;
  /** Another ampoule-init than the one there, for test builds. */
  init?: string;
  root?: boolean;
  /** Containers that we may be in. */
  ids?: string[];
}

/** What was found out is kept; a reason is looked into again at the next call. */
export function makeGround(options: GroundOptions): Ground {
  const { config, engine, programs, root = process.getuid?.() === 0, ids = ownContainerIds() } = options;
  const peer = join(programs, 'ampoule-peer');
  const place: InitPlace = { runDir: config.runDir, hostRunDir: config.runDir, init: '', peer: null };
  if (root && ids.length === 0 && existsSync(peer)) place.peer = peer;
  let ready = false;
  let working: Promise<string | null> | null = null;

  const work = async (): Promise<string | null> => {
    const from = options.init ?? join(programs, `ampoule-init-${process.arch}`);
    if (!existsSync(from)) return `There is no ${from}. Build it with \`npm run build\`.`;
    const host = await lookFromHost(engine, ids);
    const hostRunDir = host.path(config.runDir);
    if (hostRunDir === null)
      return `The daemon runs in a container, and its run directory ${config.runDir} lies in none of its volumes. Mount one there, or name a directory of one with AMPOULE_RUN_DIR.`;
    const candidates = [config.runDir, dirname(config.auditHeadFile), config.dataDir];
    const into = await executableDirectory(candidates.filter((directory) => host.path(directory) !== null));
    if (into === null)
      return `No program can be run from ${candidates.join(', ')}: each is mounted noexec. Set AMPOULE_RUN_DIR to a directory that is not.`;
    const init = host.path(await installInit({ from, into }));
    if (init === null)
      return `${into} cannot be seen by the engine's host. Set AMPOULE_RUN_DIR to a directory that can.`;
    Object.assign(place, { hostRunDir, init, peer: root && host.hostPids && existsSync(peer) ? peer : null });
    ready = true;
    return null;
  };

  return {
    place,
    async prepare() {
      if (ready) return null;
      working ??= work().finally(() => {
        working = null;
      });
      return working;
    },
  };
}
