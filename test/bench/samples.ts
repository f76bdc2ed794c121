/** Results as the benchmark's tests need them: few, and with what is hard to draw. */

import { atMost, contender, fasterBy, type Line } from './line.js';
import type { Machine } from './machine.js';
import type { Results } from './report.js';

export const MACHINE: Machine = {
  date: '2025-01-31',
  processor: 'Some <Processor> & Co',
  cores: 2,
  memoryGib: 8,
  kernel: '6.1.0',
  cgroup: 'v1',
  node: '20.20.0',
  docker: '20.10.24',
  dockerCli: '20.10.24',
  compose: null,
  ampoule: '0.1.0',
  image: 'ampoule/busybox:latest',
};

const ours = contender('Ampoule', [2, 3, 4]);
const theirs = contender("Docker's exec API", [40, 50, 60]);
const alone = contender('Ampoule', [300], 'MB');

export const LINES: Line[] = [
  {
    id: 'command',
    title: 'A command',
    ours,
    others: [theirs],
    goals: [atMost(ours, 4, 'p50 '), fasterBy(ours, theirs, 10)],
    notes: ['Three calls.'],
  },
  { id: 'memory', title: 'Memory', ours: alone, others: [], goals: [atMost(alone, 250)], notes: [] },
];

export const RESULTS: Results = {
  machine: MACHINE,
  quick: false,
  lines: LINES,
  failed: [{ id: 'start', reason: 'no engine' }],
};
