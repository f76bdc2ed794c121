/** Makes the process keep its memory to itself: no core of it, no report, no inspector, no file for others. Holds no secret. */

import { writeFileSync } from 'node:fs';

/** To be called before anything else. Does what it can; the unit's LimitCORE=0 does the rest. */
export function harden(): void {
  process.umask(0o077);
  // Without a listener Node opens its inspector on this signal, and with it the whole memory.
  process.on('SIGUSR1', () => undefined);
  // A diagnostic report holds the environment.
  process.report.reportOnFatalError = false;
  process.report.reportOnSignal = false;
  process.report.reportOnUncaughtException = false;
  try {
    // No kind of mapping goes into a core dump (core(5)).
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A /proc that cannot be written: a container with a hardened one.
  }
}
