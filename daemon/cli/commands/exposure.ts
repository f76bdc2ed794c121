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
  leaf(
    tree,
    program,
    {
      usage: 'exposure [sandbox]',
      summary: 'who in a sandbox holds, or held, what',
      description: 'What is held comes first. Of a sandbox that has ended, give the id.',
      examples: ['exposure box', 'exposure box --json'],
      has: ['session', 'page'],
    },
    exposure,
  );
}

async function exposure(invocation: Invocation): Promise<number> {
  const name = await sandboxArgument(invocation);
  const listed = await list<ExposureAnswer>(invocation, path('sandboxes', name, 'exposure'), {});
  const rows = listed.items.map(({ variable, secret, version, holder, since, until }) => [
    variable,
    secret,
    `v${version}`,
    holder === null ? 'the container' : `${holder.program} (${holder.id}, pid ${holder.pid})`,
    time(since),
    until === null ? 'now' : time(until),
  ]);
  const text = table(['VARIABLE', 'SECRET', 'VERSION', 'HOLDER', 'SINCE', 'UNTIL'], rows);
  await invocation.output.answer(listed, rows.length === 0 ? 'Nothing was given to it.' : text);
  await tellMore(invocation, listed);
  return EXIT.done;
}
