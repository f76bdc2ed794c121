/** Finds out whether this process runs in a container, and what its directories are called on the engine's host. Reads /proc and asks one inspect. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../sandbox/index.js';

/** How the engine's host sees this process. */
export interface OnHost {
  /** false: we are on the host itself, or nobody can tell. */
  inContainer: boolean;
  /** Our processes have the numbers that the engine uses. */
  hostPids: boolean;
  /** What a path of ours is called there; null: it lies in no mount, so nobody there can see it. */
  path(own: string): string | null;
}

const ON_HOST: OnHost = { inContainer: false, hostPids: true, path: (own) => own };
const ID = '[0-9a-f]{64}';

/**
 * Ids of the container we may be in: by our control groups, by the files that Docker mounts into each container, by our host
 * name (its first 12 digits). Most telling first; empty: we are in none.
 */
export function ownContainerIds(read: (path: string) => string = readText): string[] {
  const found = [
    ...matches(read('/proc/self/mountinfo'), new RegExp(`/containers/(${ID})/(?:hostname|hosts|resolv\\.conf) `, 'g')),
    ...matches(read('/proc/self/cgroup'), new RegExp(`[/-](${ID})(?:\\.scope)?$`, 'gm')),
    ...matches(read('/etc/hostname'), /^([0-9a-f]{12})$/gm),
  ];
  return [...new Set(found)];
}

/** Asks the engine about us. Throws what the engine says; one that does not know us is another machine's, or we are on the host. */
export async function lookFromHost(
  engine: Pick<Engine, 'inspect'>,
  ids: string[] = ownContainerIds(),
): Promise<OnHost> {
  for (const id of ids) {
    const seen = await engine.inspect(id);
    if (seen === null || !seen.id.startsWith(id) || !seen.state.running) continue;
    return {
      inContainer: true,
      hostPids: seen.host.pidMode === 'host',
      path: (own) => pathThrough(seen.mounts, own),
    };
  }
  return ON_HOST;
}

/** Through the mount that lies closest to the path. */
function pathThrough(mounts: readonly { source: string; destination: string }[], own: string): string | null {
  const above = ({ destination }: { destination: string }): boolean =>
    own === destination || own.startsWith(destination === '/' ? '/' : `${destination}/`);
  const [closest] = mounts
    .filter((mount) => mount.source.startsWith('/') && above(mount))
    .sort((a, b) => b.destination.length - a.destination.length);
  return closest === undefined ? null : join(closest.source, own.slice(closest.destination.length));
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
