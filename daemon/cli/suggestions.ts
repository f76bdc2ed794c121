/** What somebody may have meant who typed a command that there is not, or options where a command's own begin. Knows no route. */

import type { Command } from 'commander';
import { nearest } from '../nearest.js';

/** More would be no suggestion. */
const MOST = 3;

/** `ampoule secret add` */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/**
 * ` (Did you mean …?)` for a word that is no command below `at`; empty where nothing is like it. A command of exactly this
 * name elsewhere goes before one that is only like it.
 */
export function didYouMean(at: Command, word: string): string {
  let root = at;
  while (root.parent !== null) root = root.parent;
  const everywhere = below(root);
  const called = everywhere.filter((command) => command.name() === word);
  const aliased = everywhere.filter((command) => command.aliases().includes(word));
  const found = [[...called, ...aliased], like(word, below(at)), like(word, everywhere)].find((one) => one.length > 0);
  const lines = (found ?? []).slice(0, MOST).map((command) => `\`${fullName(command)}\``);
  if (lines.length === 0) return '';
  return ` (Did you mean ${lines.length === 1 ? '' : 'one of '}${lines.join(', ')}?)`;
}

/**
 * The line that puts a command after `--`, where an option of it was taken for ours; empty where there is no such command. Of the
 * command only the program is repeated: the rest may hold a value.
 */
export function commandAfterDashes(command: Command, option: string): string {
  const takesCommand = command.registeredArguments.some((one) => one.variadic && one.name() === 'command');
  const [first, program] = command.args.slice(0, Math.max(0, command.args.indexOf(option)));
  if (!takesCommand || first === undefined) return '';
  const own = Object.keys(command.opts()).length > 0 ? ' …' : '';
  const theirs = program !== undefined && /^[\w./-]+$/.test(program) ? `${program} …` : '…';
  return `. A command goes after \`--\`: \`${fullName(command)}${own} ${first} -- ${theirs}\``;
}

/** `docker exec -it` is a command of its own here; empty where that was not meant. */
export function shellInstead(command: Command, option: string): string {
  const terminal = command.name() === 'exec' && ['-t', '-it', '-ti', '--tty'].includes(option);
  return terminal ? '. A terminal is `ampoule shell`' : '';
}

function below(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...below(one)]);
}

function names(command: Command): string[] {
  return [command.name(), ...command.aliases()];
}

function like(word: string, commands: Command[]): Command[] {
  const near = nearest(word, commands.flatMap(names));
  return commands.filter((command) => names(command).some((name) => near.includes(name)));
}
