/** Says which commands outside of sandboxes were given a secret and may still have it: nobody here can look at these or end them. */

import type { LocalCommand } from '../../store/index.js';

/** Commands that are told one by one. */
const TOLD = 20;

/** Sentences for what a proof cannot see. */
export function outsideSentences(commands: readonly LocalCommand[]): string[] {
  const told = commands.slice(0, TOLD).map(({ host, pid, command, since, unknown }) => {
    const where = `${pid === null ? '' : `process ${pid} `}on ${host}`;
    const end = unknown ? 'whether it ended is unknown' : 'nobody said that it ended';
    return `\`${command}\` (${where}), which was given it at ${new Date(since).toISOString()}: ${end}. End it there.`;
  });
  const left = commands.length - told.length;
  return left === 0 ? told : [...told, `${left} more commands on other machines: see \`ampoule secret usage\`.`];
}

/** As the API shows it. @param session the name of its session. */
export function outsideAnswer({ host, pid, command, since, until, unknown }: LocalCommand, session: string) {
  const at = (time: number | null) => (time === null ? null : new Date(time).toISOString());
  return { session, host, pid, command, since: at(since) ?? '', until: at(until), unknown };
}

/** Whether it may run now, and somebody will say when it does not any more. */
export function runsOutside({ until, unknown }: Pick<LocalCommand, 'until' | 'unknown'>): boolean {
  return until === null && !unknown;
}
