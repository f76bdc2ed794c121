/** The results as a table for a terminal and as a page for docs/. Pure. */

import { digits, told } from './figures.js';
import type { Line } from './line.js';
import { type Machine, machineTold } from './machine.js';

export interface Failed {
  id: string;
  reason: string;
}

export interface Results {
  machine: Machine;
  quick: boolean;
  lines: Line[];
  /** What could not be measured. */
  failed: Failed[];
}

/** Ours divided by the first of theirs. */
function ratio(line: Line): string {
  const [other] = line.others;
  if (other === undefined) return '';
  return `${digits(line.ours.figure.median / other.figure.median)} ×`;
}

const verdict = (met: boolean): string => (met ? 'met' : 'NOT MET');

/** For a terminal: one block per line of the benchmark. */
export function asText({ machine, quick, lines, failed }: Results): string {
  const width = Math.max(...lines.flatMap(({ ours, others }) => [ours, ...others].map(({ label }) => label.length)), 0);
  const blocks = lines.map((line) =>
    [
      line.title,
      ...[line.ours, ...line.others].map(({ label, figure }) => `  ${label.padEnd(width)}  ${told(figure)}`),
      ...line.goals.map(({ text, value, met }) => `  ${verdict(met).padEnd(width)}  goal ${text}: ${value}`),
    ].join('\n'),
  );
  const missing = failed.map(({ id, reason }) => `${id}: NOT MEASURED: ${reason}`);
  return [machineTold(machine), ...(quick ? ['reduced counts'] : []), ...blocks, ...missing].join('\n\n');
}

/** For docs/bench.md. */
export function asPage({ machine, lines, failed }: Results): string {
  const rows = lines.map((line) => {
    const others = line.others.map(({ label, figure }) => `${label}: ${told(figure)}`).join('<br>');
    const goals = line.goals.map(({ text, value, met }) => `${text}: ${value}, **${verdict(met)}**`).join('<br>');
    return `| ${[line.title, told(line.ours.figure), others, ratio(line), goals].join(' | ')} |`;
  });
  const notes = lines
    .filter((line) => line.notes.length > 0)
    .map(({ title, ours, others, notes }) => {
      const counts = [ours, ...others].map(({ label, figure }) => `${label} ${figure.samples}`).join(', ');
      return `- **${title}.** ${notes.join(' ')} (Samples: ${counts}.)`;
    });
  const missing = failed.map(({ id, reason }) => `- **${id}** could not be measured: ${reason}`);
  return `# How fast it is

${machineTold(machine)}.

Each line is measured in one run, ours and theirs in turns on the same engine, which is the benchmark's own and has nothing else
to do. Figures are medians, with the 95th percentile in parentheses; the ratio is ours to the first of theirs. \`npm run bench\`
measures again and writes this page and its picture; \`npm run bench -- --quick\` takes a few minutes and writes nothing.

![Bars of every line](bench.svg)

| what | Ampoule | against | ratio | goal |
|---|---|---|---|---|
${rows.join('\n')}

## How to read it

${[...notes, ...missing].join('\n')}
`;
}
