/** What a real engine needs of the machine: root, Debian's docker.io and busybox-static. Installs what is missing. */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from './command.js';

const SETUP = fileURLToPath(new URL('../../daemon/quickstart/setup.mjs', import.meta.url));

/** Where programs are looked for; an unprivileged user's PATH may lack the last ones. */
const PATHS = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Full path of a program, or null. */
export function program(name: string): string | null {
  for (const directory of PATHS) {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return join(directory, name);
    } catch {
      // Not here.
    }
  }
  return null;
}

/** Makes sure that an engine can be started here; throws an error that says what is missing and what to do. */
export async function ensureEngineNeeds(): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new Error('An engine of its own needs root. Run `sudo npm test`, or `npm run test:unit` without root.');
  }
  if (['dockerd', 'docker', 'busybox', 'iptables', 'nsenter'].every((name) => program(name) !== null)) return;
  await must(process.execPath, [SETUP, 'engine'], { withinMs: 600_000 });
}
