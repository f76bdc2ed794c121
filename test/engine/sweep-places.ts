/** Every place of this machine in which a value may have been written down: which there are, and looking through them. Removes nothing. */

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EnginePlace } from './engine.js';
import type { Pattern } from './forms.js';
import { inFiles, type Sighting } from './observer.js';
import { PREFIX } from './sweep.js';

export interface SweptPlace {
  path: string;
  /** Milliseconds since 1970: a file that was not touched since is passed over; null: everything is read. */
  since: number | null;
}

/**
 * Docker's data root, exec root and debug log, the `/run` of its own namespace, the daemon's directory; and of what everybody writes
 * to, such as `/tmp` and `/run`, whatever was written since `since`.
 */
export function placesOf(engine: EnginePlace, daemonDirectory: string, since: number): SweptPlace[] {
  return [
    ...[engine.directory, daemonDirectory].map((path) => ({ path, since: null })),
    ...['/tmp', '/var/tmp', '/run', '/dev/shm', '/var/log', '/var/lib/docker', '/var/lib/containerd', '/root'].map(
      (path) => ({ path, since }),
    ),
    { path: `/proc/${engine.guard}/root/run`, since },
  ];
}

/** Looks through all of them, each file once. */
export function sweepPlaces(places: readonly SweptPlace[], patterns: readonly Pattern[]): Sighting[] {
  const whole = places.filter(({ since }) => since === null).map(({ path }) => path);
  return places.flatMap(({ path, since }) =>
    since === null ? inFiles(path, patterns) : writtenSince(path, since, whole, patterns),
  );
}

/** Change times cannot be set back, so a file that is older holds nothing of a value that is younger. */
function writtenSince(
  path: string,
  since: number,
  except: readonly string[],
  patterns: readonly Pattern[],
): Sighting[] {
  // Another test's engine is another one's disk.
  if (except.includes(path) || path.startsWith(PREFIX)) return [];
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return stat.ctimeMs >= since - 1_000 ? inFiles(path, patterns) : [];
  return listed(path).flatMap((name) => writtenSince(join(path, name), since, except, patterns));
}

function listed(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
