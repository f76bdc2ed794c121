/** `ampoule session …`: opening, listing and ending sessions. */

import type { Command } from 'commander';
import type { Change, SessionAnswer } from '../answers.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { group, leaf, type Tree } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { counted, list, tellMore } from '../lists.js';
import { fields, table, time } from '../table.js';

interface NewOptions {
  environment?: string;
  ttl?: string;
  idle?: string;
  onResume?: string;
  delivery?: string;
  getOrCreate?: true;
}

export function sessionCommands(tree: Tree, program: Command): void {
  const session = group(
    program,
    'session',
    'periods of work, each with its own active secrets',
    ['session new dev', 'session end dev'],
    ['sessions'],
  );
  leaf<NewOptions>(
    tree,
    session,
    {
      usage: 'new [name]',
      summary: 'open a session',
      examples: [
        'session new dev',
        'session new release --environment production --ttl 2h',
        'session new dev --get-or-create',
      ],
    },
    create,
  )
    .option('--environment <environment>', 'takes secrets of this environment only (and those of none)')
    .option('--ttl <duration>', 'ends by itself after this, such as 8h')
    .option('--idle <duration>', 'ends by itself after this long without use')
    .option('--on-resume <policy>', 'require-activation or restore')
    .option('--delivery <kind>', 'memory, env or auto')
    .option('--get-or-create', 'take the live session of this name, if there is one');
  leaf<{ ended?: true }>(
    tree,
    session,
    {
      usage: 'ls',
      aliases: ['list', 'ps'],
      summary: 'list sessions',
      examples: ['session ls', 'session ls --ended --json'],
      has: ['page'],
    },
    ls,
  ).option('--ended', 'those that have ended, instead');
  leaf(tree, session, { usage: 'show <session>', summary: 'show one session', examples: ['session show dev'] }, show);
  leaf<{ workspace?: string }>(
    tree,
    session,
    {
      usage: 'end <session>',
      aliases: ['rm'],
      summary: 'end a session: everything deactivated, its sandboxes removed',
      description: 'Its workspace is kept, unless --workspace delete is given.',
      examples: ['session end dev', 'session end dev --workspace delete'],
      has: ['wait'],
    },
    end,
  ).option('--workspace <delete>', 'delete: its workspace volume too');
}

async function create(invocation: Invocation<NewOptions>): Promise<number> {
  const { client, options, output } = invocation;
  const [name] = invocation.args;
  const { environment, ttl, idle, onResume, delivery } = options;
  const settings = { environment, ttl, idle, onResume, delivery };
  if (options.getOrCreate === true && name === undefined) throw usage('--get-or-create wants a name.');
  const answer =
    options.getOrCreate === true && name !== undefined
      ? await client.request<SessionAnswer>('PUT', path('sessions', name), { json: settings })
      : await client.request<SessionAnswer>('POST', path('sessions'), { json: { name, ...settings } });
  const session = answer.body;
  const until = session.until === null ? '' : `, until ${time(session.until)}`;
  await output.answer(answer, `${session.name} (${session.id}) is live${until}.`);
  return EXIT.done;
}

async function ls(invocation: Invocation<{ ended?: true }>): Promise<number> {
  const ended = invocation.options.ended === true;
  const state = ended ? 'ended' : 'live';
  const listed = await list<SessionAnswer>(invocation, path('sessions'), { state });
  const rows = listed.items.map((session) => [
    session.name,
    session.id,
    session.state,
    session.environment,
    session.generation,
    time(session.until),
    time(session.lastUsedAt),
    ...(ended ? [time(session.endedAt), session.endReason] : []),
  ]);
  const titles = ['NAME', 'ID', 'STATE', 'ENVIRONMENT', 'GENERATION', 'UNTIL', 'LAST USED'];
  const text = table(ended ? [...titles, 'ENDED', 'REASON'] : titles, rows);
  await invocation.output.answer(listed, rows.length === 0 ? 'None. Run `ampoule session new dev`.' : text);
  await tellMore(invocation, listed);
  return EXIT.done;
}

async function show(invocation: Invocation): Promise<number> {
  const [name = ''] = invocation.args;
  const answer = await invocation.client.request<SessionAnswer>('GET', path('sessions', name));
  const session = answer.body;
  const query = { state: 'pending', session: session.id };
  const asked = session.state === 'live' && !invocation.output.json;
  await invocation.output.answer(
    answer,
    fields([
      ['name', session.name],
      ['id', session.id],
      ['state', session.endReason === null ? session.state : `${session.state} (${session.endReason})`],
      ['environment', session.environment],
      ['generation', session.generation],
      ['on resume', session.onResume],
      ['delivery', session.delivery],
      ['requests', asked ? await counted(invocation, path('requests'), query) : undefined],
      ['until', time(session.until)],
      ['idle', session.idle],
      ['last used', time(session.lastUsedAt)],
      ['created', time(session.createdAt)],
      ['ended', time(session.endedAt)],
    ]),
  );
  return EXIT.done;
}

async function end(invocation: Invocation<{ workspace?: string }>): Promise<number> {
  const [name = ''] = invocation.args;
  const { workspace } = invocation.options;
  const answer = await makeChange<Change>(invocation, 'DELETE', path('sessions', name), { query: { workspace } });
  return tellChange(invocation, answer, `${name} has ended.`);
}
