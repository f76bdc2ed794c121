import type { Command } from 'commander';
import t from 'tap';
import { pairs, several, wholeNumber } from '../../../daemon/cli/command-tree.js';
import { commands } from '../../../daemon/cli/program.js';
import { cli } from './played-api.js';

function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)];
}
const tree = commands(
  {
    around: {
      env: {},
      cwd: '/',
      root: false,
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      onInterrupt: () => () => {},
    },
    exit: 0,
  },
  '1.2.3',
);
const leaves = all(tree).filter((command) => command.commands.length === 0);
const nameOf = (command: Command): string[] =>
  command.parent === null ? [] : [...nameOf(command.parent), command.name()];

for (const command of all(tree)) {
  t.test(`help of ${['ampoule', ...nameOf(command)].join(' ')} has examples`, async (t) => {
    const { code, out } = await cli(null, [...nameOf(command), '--help']);
    t.equal(code, 0);
    t.match(out, /\nExamples:\n {2}\$ .*ampoule /);
    if (command.commands.length === 0) t.match(out, /--json/);
  });
}

t.test('each example is a command line that is understood', async (t) => {
  const examples = leaves.flatMap((command) => {
    let help = '';
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    return help.split('\n').flatMap((line) => /^ {2}\$ (?:.*\| )?ampoule (.*)$/.exec(line)?.[1] ?? []);
  });
  t.ok(examples.length > leaves.length, `${examples.length} examples`);
  for (const example of examples) {
    const words = [...example.replace(/ (<|>|\|) ?.*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, a, b]) => a ?? b ?? '',
    );
    const { code, err } = await cli(null, words, { env: { AMPOULE_ADDR: 'unix:///nonexistent/api.sock' }, stdin: 'x' });
    // Understood too, but there is no terminal here.
    const terminal = words[0] === 'shell';
    t.match(err, terminal ? /wants a terminal/ : /DAEMON_UNREACHABLE/, example);
    t.equal(code, terminal ? 2 : 125, example);
  }
});

t.test('small readers of options', async (t) => {
  t.same(several('b', several('a', undefined)), ['a', 'b']);
  t.same(pairs(['A=1', 'B=x=y', 'C='], '--env'), { A: '1', B: 'x=y', C: '' });
  t.equal(pairs(undefined, '--env'), undefined);
  for (const bad of ['A', '=x']) t.throws(() => pairs([bad], '--env'), { exit: 2, message: /--env wants NAME=VALUE/ });
  t.equal(wholeNumber('12', '--tail'), 12);
  t.equal(wholeNumber(undefined, '--tail'), undefined);
  for (const bad of ['-1', '1.5', 'x', '']) t.throws(() => wholeNumber(bad, '--tail'), { name: 'CliError', exit: 2 });
});
