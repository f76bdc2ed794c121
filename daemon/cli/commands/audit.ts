/** `ampoule audit …`: what was done by whom, and whether the record is whole. */

import type { Command } from 'commander';
import type { AuditAnswer, VerdictAnswer } from '../answers.js';
import { path } from '../client.js';
import { group, leaf, type Tree } from '../command-tree.js';
import { EXIT } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { list, tellMore } from '../lists.js';
import { table, time } from '../table.js';

interface Filter {
  action?: string;
  target?: string;
  since?: string;
}

export function auditCommands(tree: Tree, program: Command): void {
  const audit = group(program, 'audit', 'who did what', ['audit ls', 'audit verify']);
  leaf<Filter>(
    tree,
    audit,
    {
      usage: 'ls',
      aliases: ['list'],
      summary: 'list audit entries',
      description: 'The newest 50, or as many as --limit says.',
      examples: ['audit ls --limit 20', 'audit ls --action secret.reveal --json'],
      has: ['page'],
    },
    ls,
  )
    .option('--action <action>', 'only this, such as session.activate')
    .option('--target <target>', 'only what was done to this id or name')
    .option('--since <time>', 'only from this time on (RFC 3339)');
  leaf(
    tree,
    audit,
    {
      usage: 'verify',
      summary: 'check the chain for edits, deletions, reorderings and truncation',
      description: 'Exit code 125 where it does not hold.',
      examples: ['audit verify'],
    },
    verify,
  );
}

async function ls(invocation: Invocation<Filter>): Promise<number> {
  const { action, target, since } = invocation.options;
  const listed = await list<AuditAnswer>(invocation, path('audit'), { action, target, since }, 50);
  const rows = listed.items.map((entry) => [
    entry.seq,
    time(entry.at),
    entry.caller,
    entry.action,
    entry.target,
    entry.outcome,
    Object.keys(entry.detail).length === 0 ? null : JSON.stringify(entry.detail),
  ]);
  await invocation.output.answer(listed, table(['SEQ', 'AT', 'CALLER', 'ACTION', 'TARGET', 'OUTCOME', 'DETAIL'], rows));
  await tellMore(invocation, listed);
  return EXIT.done;
}

async function verify(invocation: Invocation): Promise<number> {
  const { client, output } = invocation;
  const answer = await output.progress('verifying', client.request<VerdictAnswer>('GET', path('audit', 'verify')));
  const { ok, entries, problem } = answer.body;
  const text = ok
    ? `The chain of ${entries} ${entries === 1 ? 'entry' : 'entries'} holds.`
    : `The chain does not hold.`;
  await output.answer(answer, text);
  if (ok) return EXIT.done;
  await output.say(
    `${problem === null ? 'the chain is broken' : `entry ${problem.seq}: ${problem.reason}`}. Compare with a backup before anything else is done.`,
  );
  return EXIT.ours;
}
