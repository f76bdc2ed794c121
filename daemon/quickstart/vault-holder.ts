/** Finds the process that has a vault locked, whoever started it, by what the kernel says of its open files. Ends nothing. */

import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { identify, type Started } from './process.js';

/** The process that holds the write lock of this file; null where there is none, or none that may be looked at. */
export function vaultHolder(file: string): Started | null {
  const whole = attempt(() => realpathSync(file));
  if (whole === null) return null;
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && locks(name, whole));
  return pid === undefined ? null : identify(Number(pid));
}

/** Having it open is not enough: whoever only reads it has no lock. */
function locks(pid: string, file: string): boolean {
  const descriptors = attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return descriptors.some((descriptor) => {
    if (attempt(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)) !== file) return false;
    const told = attempt(() => readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8'));
    return told !== null && /^lock:.*\bWRITE\b/m.test(told);
  });
}

/** null where it has gone meanwhile, or is another user's. */
function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
