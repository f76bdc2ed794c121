/** Lays findings out for people: what is wrong, then what to do, worst first as the API has them. Prints nothing itself. */

import type { FindingAnswer } from './answers-diagnosis.js';
import { EXIT } from './errors.js';
import type { Colour } from './output.js';
import { printable } from './table.js';

const COLOURS: Record<FindingAnswer['severity'], Colour> = { error: 'red', warning: 'yellow', note: 'dim' };

export function findingsText(findings: FindingAnswer[], colour: (colour: Colour, text: string) => string): string {
  return findings
    .map(({ severity, code, what, todo }) => {
      const mark = colour(COLOURS[severity], severity.padEnd(7));
      return `${mark}  ${printable(what)} [${code}]\n         ${printable(todo)}`;
    })
    .join('\n');
}

/** 125 where something is wrong; what may be wrong, and what is only to know, is no failure. */
export function exitOf(findings: FindingAnswer[]): number {
  return findings.some(({ severity }) => severity === 'error') ? EXIT.ours : EXIT.done;
}
