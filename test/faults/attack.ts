/** The attacks that a revocation has to stand: which there are, their program, and an image that has it. Starts none. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../engine/command.js';
import type { EngineFace } from '../engine/engine.js';

const SOURCES = fileURLToPath(new URL('./attacks/', import.meta.url));

/** Name of the program as /proc/PID/comm shows it. */
export const PROGRAM = 'escape';
const PATH = `/attack/${PROGRAM}`;

export interface Attack {
  name: string;
  /** Words for the program. */
  way: string;
  /** Which sandbox it needs: any, one with few pids, one with little CPU, one with little memory. */
  place: 'roomy' | 'full' | 'starved' | 'tight';
  /** Who starts it: the daemon, or `docker exec`. */
  by: 'daemon' | 'docker';
  /** Says nothing without an init to ask. */
  asks?: true;
  /** Goes around the program. */
  through?: (command: string[]) => string[];
}

// What nohup does, which busybox lacks.
const inBackground = (command: string[]): string[] => [
  '/bin/sh',
  '-c',
  `trap '' HUP; ${command.join(' ')} </dev/null >/dev/null 2>&1 &`,
];

export const ATTACKS: readonly Attack[] = [
  { name: 'fork-and-exit chains', way: 'chains', place: 'roomy', by: 'daemon' },
  { name: 'setsid and a double fork', way: 'daemons', place: 'roomy', by: 'daemon' },
  { name: 'nohup in the background', way: 'crowd', place: 'roomy', by: 'daemon', through: inBackground },
  { name: 'stopped processes', way: 'stopped', place: 'roomy', by: 'daemon' },
  { name: 'vfork', way: 'vfork', place: 'roomy', by: 'daemon' },
  { name: 'a zombie leader with live threads', way: 'headless', place: 'roomy', by: 'daemon' },
  { name: 'docker exec', way: 'daemons', place: 'roomy', by: 'docker' },
  { name: 'docker exec of chains', way: 'chains', place: 'roomy', by: 'docker' },
  { name: 'deaf to TERM', way: 'deaf', place: 'roomy', by: 'daemon' },
  { name: 'a pids limit that is full', way: 'bomb', place: 'full', by: 'daemon' },
  { name: 'a starved CPU quota', way: 'starve', place: 'starved', by: 'daemon' },
  { name: 'chains on a starved CPU quota', way: 'chains', place: 'starved', by: 'daemon' },
  { name: 'siblings', way: 'siblings', place: 'roomy', by: 'daemon' },
  { name: 'siblings of docker exec', way: 'siblings', place: 'roomy', by: 'docker' },
  { name: 'a chain that asks the init again', way: 'ask', place: 'roomy', by: 'daemon', asks: true },
  { name: 'a flood of connections', way: 'flood', place: 'roomy', by: 'daemon', asks: true },
  { name: 'no memory left', way: 'hoard', place: 'tight', by: 'daemon' },
  { name: 'traced processes', way: 'traced', place: 'roomy', by: 'daemon' },
  { name: 'stops the process above it', way: 'stop-parent', place: 'roomy', by: 'daemon' },
  { name: 'kills the process above it', way: 'kill-parent', place: 'roomy', by: 'daemon' },
];

export const USERS = ['0', '1000'] as const;

/** One way of running an attack. `bare`: through `env -i`, so that no environment shows what it was given. */
export interface Variant {
  attack: Attack;
  user: (typeof USERS)[number];
  bare: boolean;
}

export function variants(): Variant[] {
  return ATTACKS.flatMap((attack) => USERS.flatMap((user) => [false, true].map((bare) => ({ attack, user, bare }))));
}

export function titleOf({ attack, user, bare }: Variant): string {
  return `${attack.name}, uid ${user}${bare ? ', env -i' : ''}`;
}

/** The words that start it; `file` is what it writes down itself in. */
export function commandOf({ attack, bare }: Variant, file: string): string[] {
  const command = [PATH, attack.way, file];
  const words = attack.through?.(command) ?? command;
  if (bare) return ['env', '-i', ...words];
  // By this name, which the bridge has, rather than by a path.
  return attack.by === 'docker' ? ['env', ...words] : words;
}

/** Compiles the programs of `attacks/` into a directory. */
export async function compileAttacks(directory: string): Promise<void> {
  for (const name of [PROGRAM, 'intrude']) {
    const flags = ['-static', '-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];
    await must('gcc', [...flags, join(SOURCES, `${name}.c`), '-o', join(directory, name)]);
  }
}

/** Makes an image of busybox with the programs in /attack; gives its name. */
export async function importAttacks(engine: EngineFace): Promise<string> {
  const base = await engine.importBusybox();
  const directory = mkdtempSync('/tmp/ai-');
  try {
    mkdirSync(`${directory}/attack`);
    await compileAttacks(`${directory}/attack`);
    writeFileSync(`${directory}/Dockerfile`, `FROM ${base}\nCOPY attack /attack\n`);
    await engine.docker('build', '-q', '-t', 'ampoule/attack:latest', directory);
    return 'ampoule/attack:latest';
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
