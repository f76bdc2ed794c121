/** The results as a picture (SVG) that is readable on light and dark pages. Pure. */

import { written } from './figures.js';
import type { Contender, Line } from './line.js';
import { machineTold } from './machine.js';
import type { Results } from './report.js';

const WIDTH = 960;
const LABELS = 300;
const BARS = 440;
const ROW = 22;
const BETWEEN = 18;
const TOP = 64;
/** Letters of the last line that fit beside each other. */
const LETTERS = 135;

const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #1f2328; }
    .title { font-size: 20px; font-weight: 600; }
    .line { font-weight: 600; }
    .small { font-size: 12px; fill: #59636e; }
    .ours { fill: #0a7a70; } .theirs { fill: #b7bfc8; } .goal { fill: none; stroke: #b7bfc8; stroke-dasharray: 4 3; }
    .met { fill: #1a7f37; } .missed { fill: #c4361f; }
    .page { fill: #ffffff; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .small { fill: #9198a1; }
      .ours { fill: #2bb6a8; } .theirs { fill: #4a535e; } .goal { stroke: #4a535e; }
      .met { fill: #3fb950; } .missed { fill: #f0765f; }
      .page { fill: #0d1117; }
    }`;

interface Bar {
  kind: 'ours' | 'theirs' | 'goal';
  label: string;
  value: number;
  written: string;
}

/** One group of bars per line, each scaled to its longest. */
export function asPicture(results: Results): string {
  let y = TOP;
  const groups = results.lines.map((line) => {
    const drawn = group(line, y);
    y += ROW * (barsOf(line).length + 1) + BETWEEN;
    return drawn;
  });
  const told = wrapped(machineTold(results.machine));
  const words = told.map((text, at) => `  <text class="small" x="20" y="${y + 10 + at * 17}">${escaped(text)}</text>`);
  const height = y + 10 + told.length * 17 + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Ampoule against Docker itself">
  <style>${STYLE}
  </style>
  <rect class="page" width="${WIDTH}" height="${height}" rx="8"/>
  <text class="title" x="20" y="36">Ampoule against Docker itself, in one run (medians)</text>
${[...groups, ...words].join('\n')}
</svg>
`;
}

function barsOf(line: Line): Bar[] {
  const bar = (kind: Bar['kind'], { label, figure }: Contender): Bar => {
    return { kind, label, value: figure.median, written: written(figure.median, figure.unit) };
  };
  const bars = [bar('ours', line.ours), ...line.others.map((other) => bar('theirs', other))];
  // Alone, it is drawn against its limit.
  const limit = line.others.length === 0 ? line.goals.find((goal) => goal.limit !== undefined)?.limit : undefined;
  if (limit === undefined) return bars;
  return [...bars, { kind: 'goal', label: 'goal', value: limit, written: written(limit, line.ours.figure.unit) }];
}

function group(line: Line, top: number): string {
  const bars = barsOf(line);
  const longest = Math.max(...bars.map(({ value }) => value));
  const met = line.goals.every((goal) => goal.met);
  const goals = line.goals.map(({ text, value }) => `${text} (${value})`).join(', ');
  const drawn = bars.map(({ kind, label, value, written: text }, at) => {
    const y = top + ROW * (at + 1) - 12;
    const width = Math.max(1, (value / longest) * BARS).toFixed(1);
    return [
      `  <text class="small" x="${LABELS - 10}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>`,
      `  <rect class="${kind}" x="${LABELS}" y="${y}" width="${width}" height="15" rx="2"/>`,
      `  <text x="${(LABELS + Number(width) + 8).toFixed(1)}" y="${y + 12}">${escaped(text)}</text>`,
    ].join('\n');
  });
  const mark = `<tspan class="${met ? 'met' : 'missed'}">${met ? '✓' : '✗'}</tspan>`;
  return [
    `  <text class="line" x="20" y="${top}">${escaped(line.title)}</text>`,
    `  <text class="small" x="${WIDTH - 20}" y="${top}" text-anchor="end">${escaped(goals)} ${mark}</text>`,
    ...drawn,
  ].join('\n');
}

function wrapped(text: string): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const longer = `${lines[last]} ${word}`.trim();
    if (longer.length > LETTERS) lines.push(word);
    else lines[last] = longer;
  }
  return lines;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
