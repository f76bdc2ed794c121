/** `ampoule exposure`: which process of a sandbox holds, or held, which version of what. */

import type { Command } from 'commander';
import type { ExposureAnswer } from '../answers.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { EXIT } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { list, tellMore } from '../lists.js';
import { sandboxArgument } from '../sandbox-choice.js';
import { table, time } from '../table.js';

export function exposureCommand(tree: Tree, program: Command): void {
  leaf<{ all?: true }>(
    tree,
    program,
    {
      usage: 'exposure [sandbox]',
      summary: 'who in a sandbox holds, or held, what',
      description:
        'What is held now; with --all what was held, too. Of a sandbox that has ended, give the id. --json has all of it, what is held first.',
      examples: ['exposure box', 'exposure box --all', 'exposure box --json'],
      has: ['session', 'page'],
    },
    exposure,
  ).option('-a, --all', 'what was held, too');
}

async function exposure(invocation: Invocation<{ all?: true }>): Promise<number> {
  const { options, output } = invocation;
  const name = await sandboxArgument(invocation);
  const route = path('sandboxes', name, 'exposure');
  // The API gives what is held first.
  const wanted = ({ until }: ExposureAnswer): boolean => options.all === true || until === null;
  const listed = await list(invocation, route, {}, Number.POSITIVE_INFINITY, wanted);
  const rows = listed.items.map(({ variable, secret, version, holder, since, until }) => [
    variable,
    secret,
    `v${version}`,
    holder === null ? 'the container' : `${holder.program} (${holder.id}, pid ${holder.pid})`,
    time(since),
    until === null ? 'now' : time(until),
  ]);
  const text = table(['VARIABLE', 'SECRET', 'VERSION', 'HOLDER', 'SINCE', 'UNTIL'], rows);
  const none = listed.left ? 'Nothing is held in it.' : 'Nothing was given to it.';
  await output.answer(listed, rows.length === 0 ? none : text);
  await tellMore(invocation, listed);
  if (listed.left) await output.say(`what was held before is left out. Run \`${invocation.command} ${name} --all\`.`);
  return EXIT.done;
}
