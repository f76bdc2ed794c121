/** What `ampouled` was asked to do: run, make a key, restore, or tell about itself. Does none of it. */

import { parseArgs } from 'node:util';
import { ConfigError, OPTIONS } from './options.js';

/** Flags by their name without dashes. */
export type Flags = Readonly<Record<string, string>>;

export type Command =
  | { name: 'run'; flags: Flags }
  | { name: 'init'; flags: Flags }
  | { name: 'restore'; flags: Flags; file: string }
  | { name: 'help' }
  | { name: 'version' };

/** @throws ConfigError for anything that is no command, flag or file. */
export function readCommand(argv: string[]): Command {
  const options = Object.fromEntries(
    ['config', ...OPTIONS.map((option) => option.flag)].map((name) => [name, { type: 'string' as const }]),
  );
  let values: Record<string, string | boolean | undefined>;
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        ...options,
        help: { type: 'boolean' as const, short: 'h' },
        version: { type: 'boolean' as const },
      },
    }));
  } catch (error) {
    const why = error instanceof Error ? error.message.split('. ')[0] : 'The arguments cannot be read';
    throw new ConfigError(`${why}. Run \`ampouled --help\`.`);
  }
  if (values.help === true) return { name: 'help' };
  if (values.version === true) return { name: 'version' };
  const flags = Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  const [command, file, ...rest] = positionals;
  if (command === undefined) return { name: 'run', flags };
  if (command === 'init' && file === undefined) return { name: 'init', flags };
  if (command === 'restore' && file !== undefined && rest.length === 0) return { name: 'restore', flags, file };
  if (command === 'restore' && file === undefined) {
    throw new ConfigError('restore wants the backup. Run `ampouled restore FILE`.');
  }
  throw new ConfigError(`${JSON.stringify(positionals.join(' '))} is no command. Run \`ampouled --help\`.`);
}

/** The text of `ampouled --help`. */
export function helpText(): string {
  const left = OPTIONS.map((option) => `  --${option.flag} ${option.placeholder}`);
  const width = Math.max(...left.map((text) => text.length));
  const rows = OPTIONS.map(
    (option, index) => `${(left[index] ?? '').padEnd(width)}  ${option.variable.padEnd(28)}  ${option.what}`,
  );
  return `ampouled: keeps secrets in a sealed vault and injects them into Docker sandboxes.

  ampouled                run in the foreground; SIGTERM ends it within 5 s
  ampouled init           make the key file (--key-file) that unlocks a new vault
  ampouled restore FILE   put a backup in the vault's place, while no daemon runs
  ampouled --version

Options, each also as a variable and, in camelCase, in a file (--config, AMPOULE_CONFIG):
${rows.join('\n')}

A flag goes before the variable, the variable before the file. A key is read from a file only.
Lose the key, lose the vault.
`;
}
