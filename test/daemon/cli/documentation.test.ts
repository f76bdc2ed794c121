/** docs/cli.md, and every command that an error message recommends, against the command tree. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import t from 'tap';
import { commands } from '../../../daemon/cli/program.js';
import { ERRORS } from '../../../daemon/errors.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const program = commands(
  {
    around: {
      env: {},
      cwd: '/',
      root: false,
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      onInterrupt: () => () => {},
    },
    exit: 0,
  },
  '1.2.3',
);

function leaves(command: Command, name: string): string[] {
  if (command.commands.length === 0) return [name];
  return command.commands.flatMap((one) => leaves(one, `${name} ${one.name()}`));
}

/** What is wrong with a command line: an unknown command or option; null where nothing is. */
function problemOf(line: string): string | null {
  const words = (line.split(/ (?:--(?= )|[|<>])/)[0] ?? '').split(/\s+/).slice(1);
  let command = program;
  let used = 0;
  for (; used < words.length; used++) {
    const next = command.commands.find((one) => [one.name(), ...one.aliases()].includes(words[used] ?? ''));
    if (next === undefined) break;
    command = next;
  }
  const rest = words.slice(used).filter((word) => word !== '…' && word !== '--help');
  const table = command.commands.find((one) => one.name() === 'table');
  const named = rest[0] === undefined || rest[0].startsWith('-');
  if (command === program || (command.commands.length > 0 && !named)) return 'is no command';
  const options = rest.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0] ?? '');
  const unknown = options.find(
    (word) => !(table ?? command).options.some((one) => [one.long, one.short].includes(word)),
  );
  return unknown === undefined ? null : `has no option ${unknown}`;
}

const page = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');

t.test('each command stands in docs/cli.md, and nothing else', async (t) => {
  const documented = [...page.matchAll(/^\| `(ampoule [^`]+)` \|/gm)].map(([, name]) => name ?? '');
  t.same(documented.sort(), leaves(program, 'ampoule').sort());
});

t.test('each command line in docs/cli.md is one', async (t) => {
  const lines = [...page.matchAll(/`((?:ampoule|activate) [a-z][^`]*)`|^ {4}(?:.*\| )?(ampoule [a-z].*)$/gm)];
  t.ok(lines.length > 60, `${lines.length} lines`);
  for (const [, quoted, block] of lines) {
    const line = (quoted ?? block ?? '').replace(/^activate/, 'ampoule activate');
    t.equal(problemOf(line), null, line);
  }
  t.equal(problemOf('ampoule secret ls --nothing'), 'has no option --nothing', 'the check can fail');
  t.equal(problemOf('ampoule nothing'), 'is no command');
  t.equal(problemOf('ampoule secret nothing'), 'is no command');
});

t.test('the code of its example is in the table', async (t) => {
  for (const [, code = ''] of page.matchAll(/\[([A-Z_]+)\]/g)) t.ok(Object.hasOwn(ERRORS, code), code);
});

t.test('each command that a message recommends exists', async (t) => {
  const sources = ['store', 'sandbox', 'daemon'].flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: true })
      .map((name) => join(ROOT, directory, String(name)))
      .filter((name) => name.endsWith('.ts')),
  );
  const recommended = sources.flatMap((file) => {
    const text = readFileSync(file, 'utf8').replaceAll('\\`', '`');
    return [...text.matchAll(/`(ampoule [a-z][^`\n]*)`/g)].map(([, line]) => ({ file, line: line ?? '' }));
  });
  t.ok(recommended.length > 20, `${recommended.length} recommendations`);
  for (const { file, line } of recommended) t.equal(problemOf(line), null, `${file}: ${line}`);
});
