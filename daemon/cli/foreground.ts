/** Whether a terminal gives its signals to this process: what it starts then has them too. Reads /proc and sends nothing. */

import { readFileSync } from 'node:fs';

/**
 * true: our process group is the one in the foreground of our terminal, whatever our standard input is.
 * null: nobody can tell here.
 */
export function inForeground(stat = ownStat()): boolean | null {
  if (stat === null) return null;
  // The name of the program stands in brackets, and may hold anything.
  const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (foreground === undefined) return null;
  return terminal !== '0' && group === foreground;
}

function ownStat(): string | null {
  try {
    return readFileSync('/proc/self/stat', 'utf8');
  } catch {
    return null;
  }
}
