/** `ampoule secret rollback` and `usage`: an older value as a new version, and who held which version. */

import type { Command } from 'commander';
import type { Change, UsageAnswer } from '../answers.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { leaf, type Tree, wholeNumber } from '../command-tree.js';
import { EXIT } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { list, tellMore } from '../lists.js';
import { table, time } from '../table.js';

interface UsageOptions {
  version?: string;
  since?: string;
  csv?: true;
}

export function secretHistoryCommands(tree: Tree, secret: Command): void {
  leaf<{ revoke?: true }>(
    tree,
    secret,
    {
      usage: 'rollback <name> <version>',
      summary: 'store an older value as a new version',
      description: 'History stays as it was. Running sandboxes of sessions where it is active get the value.',
      examples: ['secret rollback GITHUB_TOKEN@work 2', 'secret rollback GITHUB_TOKEN@work 2 --revoke'],
      has: ['wait'],
    },
    rollback,
  ).option('--revoke', 'end everything that holds another version');
  leaf<UsageOptions>(
    tree,
    secret,
    {
      usage: 'usage <name>',
      summary: 'who held which version, from when to when',
      description: 'A deleted secret is found by its id.',
      examples: ['secret usage GITHUB_TOKEN@work', 'secret usage GITHUB_TOKEN@work --csv > usage.csv'],
      has: ['session', 'page'],
    },
    usage,
  )
    .option('--version <n>', 'only of this version')
    .option('--since <time>', 'without what ended before this time (RFC 3339)')
    .option('--csv', 'all of it as CSV');
}

async function rollback(invocation: Invocation<{ revoke?: true }>): Promise<number> {
  const { args, options } = invocation;
  const [name = '', given = ''] = args;
  const version = wholeNumber(given, 'VERSION') ?? 0;
  const answer = await makeChange<Change & { version: number }>(invocation, 'POST', path('secrets', name, 'rollback'), {
    json: { version },
    query: { revoke: options.revoke },
  });
  return tellChange(invocation, answer, `${name} has the value of version ${version} (version ${answer.body.version})`);
}

async function usage(invocation: Invocation<UsageOptions>): Promise<number> {
  const { args, client, options, output } = invocation;
  const { version, since, session } = options;
  const at = path('secrets', args[0] ?? '', 'usage');
  const query = { version: wholeNumber(version, '--version'), since, session };
  if (options.csv === true) {
    const { body } = await client.stream('GET', at, { query: { ...query, format: 'csv' }, accept: 'text/csv' });
    for await (const chunk of body) await output.bytes(chunk);
    return EXIT.done;
  }
  const found = await list<UsageAnswer>(invocation, at, query, 50);
  const rows = found.items.map((one) => [
    one.version,
    one.variable,
    one.session,
    one.sandbox,
    holderText(one),
    one.confirmedBy,
    one.requestId,
    time(one.since),
    one.unknown ? 'unknown' : one.until === null ? 'now' : time(one.until),
  ]);
  const titles = ['VERSION', 'VARIABLE', 'SESSION', 'SANDBOX', 'HELD BY', 'CONFIRMED BY', 'REQUEST', 'SINCE', 'UNTIL'];
  await output.answer(found, rows.length === 0 ? 'Nobody ever had it.' : table(titles, rows));
  await tellMore(invocation, found);
  return EXIT.done;
}

/** A command outside of sandboxes has its machine beside its process. */
function holderText({ holder, local }: UsageAnswer): string {
  if (local !== null) return `${local.command.slice(0, 40)} (${local.pid ?? '?'} on ${local.host})`;
  return holder === null ? 'the container' : `${holder.program} (${holder.pid})`;
}
