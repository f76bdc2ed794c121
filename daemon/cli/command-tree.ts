/** Builds commands with what all of them share: help with examples, --json, exit codes, suggestions. Knows no route. */

import { type Command, Option } from 'commander';
import { usage } from './errors.js';
import { type CommonOptions, Invocation } from './invocation.js';
import { commandAfterDashes, didYouMean, fullName, shellInstead } from './suggestions.js';
import type { Surroundings } from './surroundings.js';

/** What is common to the whole tree: where commands run, and how the last one ended. */
export interface Tree {
  around: Surroundings;
  exit: number;
  /** How many of the arguments came after `--`. */
  afterDashes?: number;
  /** The run of the command that was meant; undefined where the arguments meant none. */
  invocation?: Pick<Invocation, 'sessionFrom'>;
}

export interface Leaf {
  /** As commander reads it: `add [name...]`. */
  usage: string;
  summary: string;
  aliases?: string[];
  /** Said in the help below the summary. */
  description?: string;
  /** Lines for the help, without the leading `ampoule`. */
  examples: string[];
  /** Which of the common options it has. */
  has?: ('session' | 'wait' | 'page')[];
  isDefault?: boolean;
}

/** A command that does something. `act` gives the exit code. */
export function leaf<T extends object>(
  tree: Tree,
  parent: Command,
  shape: Leaf,
  act: (invocation: Invocation<T>) => Promise<number>,
): Command {
  const command = parent.command(shape.usage, { isDefault: shape.isDefault ?? false });
  describe(command, shape.summary, shape.examples, shape.description);
  command.aliases(shape.aliases ?? []);
  if (shape.has?.includes('session')) command.option('-s, --session <name>', 'the session (name or id)');
  if (shape.has?.includes('wait')) {
    command.option(
      '--wait <duration>',
      'how long to wait for the change to be in effect, such as 30s; 0 for not at all',
    );
  }
  if (shape.has?.includes('page')) {
    command.option('--limit <n>', 'at most this many');
    command.option('--cursor <cursor>', 'go on after this point of the list, with --json');
  }
  command.option('--json', "print the API's answer as it is");
  command.action(async () => {
    const options = command.opts<T & CommonOptions>();
    const invocation = new Invocation(command.args, options, tree.around, tree.afterDashes, fullName(command));
    tree.invocation = invocation;
    tree.exit = await act(invocation);
  });
  return command;
}

/** A command that only holds others. */
export function group(
  parent: Command,
  name: string,
  summary: string,
  examples: string[],
  aliases: string[] = [],
): Command {
  return describe(parent.command(name), summary, examples).aliases(aliases);
}

function describe(command: Command, summary: string, examples: string[], more?: string): Command {
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  const lines = examples.map((line) => `  $ ${line.includes('| ampoule') ? line : `ampoule ${line}`}`);
  return command
    .summary(summary)
    .description(more === undefined ? sentence : `${sentence}\n${more}`)
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
    .configureOutput({ outputError: usageError(command) });
}

/** One line like every other error, whatever commander made of it. */
export function usageError(command: Command): (text: string, write: (line: string) => void) => void {
  return (text, write) => {
    const line = text.trim().replace(/\s*\n\s*/g, ' ');
    const word = /unknown command '([^']*)'/.exec(line)?.[1];
    const option = /unknown option '([^'=]*)/.exec(line)?.[1];
    // Commander looks at the names of one level only.
    const said = word === undefined ? line : line.replace(/ \(Did you mean .*/, '') + didYouMean(command, word);
    const hint = option === undefined ? '' : shellInstead(command, option) || commandAfterDashes(command, option);
    write(`${said}${hint}. Run \`${fullName(command)} --help\`. [USAGE]\n`);
  };
}

/** An option that is refused, so that what was meant as a value is not repeated in an error. */
export function refusedValueOption(command: Command): Command {
  return command.addOption(
    new Option('--value [value]').hideHelp().argParser(() => {
      throw usage('A value is never an option: the process list would show it. Type it when asked, or pipe it in.');
    }),
  );
}

/** Collects an option that may be given several times. */
export function several(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** `NAME=VALUE` options as an object. */
export function pairs(given: string[] | undefined, option: string): Record<string, string> | undefined {
  if (given === undefined) return undefined;
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw usage(`${option} wants NAME=VALUE. For a secret, run \`ampoule activate\` instead.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** A whole number from an option. */
export function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usage(`${option} is ${JSON.stringify(text)}. Give a whole number.`);
}
