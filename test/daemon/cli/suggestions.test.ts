import { Command } from 'commander';
import t from 'tap';
import { commandAfterDashes, didYouMean, fullName } from '../../../daemon/cli/suggestions.js';

const root = new Command('ampoule').exitOverride().configureOutput({ writeErr: () => {} });
const sandbox = root.command('sandbox');
const run = sandbox.command('run [image] [command...]').option('--name <name>');
sandbox.command('ls').alias('list');
sandbox.command('rm');
const session = root.command('session');
session.command('new');
session.command('ls').alias('list');
root.command('token').command('new');
root.command('use');

t.test('what was meant: the same name elsewhere, then a name like it', async (t) => {
  t.equal(fullName(run), 'ampoule sandbox run');
  t.equal(didYouMean(root, 'run'), ' (Did you mean `ampoule sandbox run`?)');
  t.equal(didYouMean(root, 'new'), ' (Did you mean one of `ampoule session new`, `ampoule token new`?)');
  t.equal(didYouMean(sandbox, 'list-'), ' (Did you mean `ampoule sandbox ls`?)', 'near the place first');
  t.equal(didYouMean(sandbox, 'new'), ' (Did you mean one of `ampoule session new`, `ampoule token new`?)');
  t.equal(didYouMean(root, 'qqqqqqqq'), '');
});

t.test('a command whose option was taken for ours', async (t) => {
  const hint = (...argv: string[]): string => {
    const option = argv.find((word) => word.startsWith('-x')) ?? '';
    t.throws(() => root.parse(['sandbox', 'run', ...argv], { from: 'user' }), /unknown option/);
    return commandAfterDashes(run, option);
  };
  const line = (rest: string): string => `. A command goes after \`--\`: \`ampoule sandbox run ${rest}\``;
  t.equal(hint('-x', 'busybox'), '', 'before the image it is a mistake in ours');
  t.equal(hint('busybox', 'sh', '-x', 'TOKEN=hunter2'), line('busybox -- sh …'));
  t.equal(hint('busybox', '-x'), line('busybox -- …'));
  t.equal(hint('busybox', 'TOKEN=hunter2', '-x'), line('busybox -- …'), 'no value is repeated');
  t.equal(hint('--name', 'box', 'busybox', 'sh', '-x'), line('… busybox -- sh …'));
  t.equal(commandAfterDashes(sandbox, '-x'), '');
});
