/** `ampouled`: reads what it is asked to do and does it. Says what went wrong and ends with a code; decides nothing else. */

import { type Flags, helpText, readCommand } from './command-line.js';
import { type Config, readConfig, surroundings } from './config.js';
import { failureOf } from './failure.js';
import { harden } from './hardening.js';
import { initialise } from './init.js';
import { restore } from './restore.js';
import { run } from './run.js';
import { version } from './version.js';

function configured(flags: Flags): Config {
  const { env, host } = surroundings();
  return readConfig(flags, env, undefined, host);
}

async function main(argv: string[]): Promise<void> {
  const command = readCommand(argv);
  if (command.name === 'help') process.stdout.write(helpText());
  else if (command.name === 'version') process.stdout.write(`ampouled ${version}\n`);
  else if (command.name === 'init') process.stdout.write(initialise(configured(command.flags)));
  else if (command.name === 'restore') process.stdout.write(await restore(configured(command.flags), command.file));
  else await run(configured(command.flags), surroundings().env);
}

harden();
try {
  await main(process.argv.slice(2));
} catch (error) {
  const { message, exit } = failureOf(error);
  process.stderr.write(`ampouled: ${message}\n`);
  process.exit(exit);
}
