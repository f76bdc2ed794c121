/** `ampoule request`, `requests`, `approve` and `deny`: what somebody asks for, and what a person says to it. */

import type { Command } from 'commander';
import type { ApprovedAnswer, RequestAnswer } from '../answers.js';
import { makeChange, tellChange, tellNotices } from '../change.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { list, tellMore } from '../lists.js';
import { chooseSession } from '../session-choice.js';
import { assureSure } from '../sure.js';
import { fields, printable, table, time } from '../table.js';

interface AskOptions {
  reason?: string;
  ttl?: string;
  as?: string;
  deactivate?: true;
  acrossEnvironments?: true;
  wait?: string;
}

export function requestCommands(tree: Tree, program: Command): void {
  leaf<AskOptions>(
    tree,
    program,
    {
      usage: 'request <selector...>',
      summary: 'ask a person for secrets in the session',
      description:
        'What is asked for is kept until a person approves or denies it, or for a day. It gives nothing by itself.',
      examples: [
        "request GITHUB_TOKEN@work --reason 'to push the release' --ttl 20m",
        "request aws --reason 'to deploy' --wait 60s",
      ],
      has: ['session'],
    },
    ask,
  )
    .requiredOption('--reason <text>', 'why, in one line')
    .option('--ttl <duration>', 'for this long')
    .option('--as <variable>', 'the variable it is wanted as; for one secret')
    .option('--deactivate', 'ask to have them taken away instead')
    .option('--across-environments', "secrets of other environments than the session's too")
    .option('--wait <duration>', 'wait for the decision, at most 60s');
  leaf<{ all?: true }>(
    tree,
    program,
    {
      usage: 'requests',
      summary: 'list requests that wait for a decision',
      examples: ['requests', 'requests --all --session dev'],
      has: ['session', 'page'],
    },
    requests,
  ).option('--all', 'those that were decided on too');
  leaf<{ ttl?: string; yes?: true }>(
    tree,
    program,
    {
      usage: 'approve <request> [name...]',
      summary: 'grant what is asked for, or the named part of it',
      description: 'The beginning of an id is enough where only one request that waits begins so.',
      examples: ['approve req_01K7', 'approve req_01K7 GITHUB_TOKEN@work --ttl 20m'],
      has: ['wait'],
    },
    approve,
  )
    .option('--ttl <duration>', 'for this long, whatever was asked')
    .option('-y, --yes', 'do not ask');
  leaf<{ reason?: string }>(
    tree,
    program,
    {
      usage: 'deny <request>',
      summary: 'refuse what is asked for',
      examples: ["deny req_01K7 --reason 'use the staging keys'"],
    },
    deny,
  ).option('--reason <text>', 'why, in one line');
}

async function ask(invocation: Invocation<AskOptions>): Promise<number> {
  const { args, client, options, output } = invocation;
  const { reason, ttl, as, acrossEnvironments } = options;
  if (as !== undefined && args.length > 1) throw usage('--as wants exactly one secret. Run one command for each.');
  const chosen = as === undefined ? { selectors: args } : { names: args, as };
  const action = options.deactivate === true ? 'deactivate' : 'activate';
  const session = await chooseSession(invocation);
  const json = { ...chosen, action, reason, ttl, acrossEnvironments };
  const asked = await client.request<RequestAnswer>('POST', path('sessions', session, 'requests'), { json });
  if (options.wait === undefined) {
    await output.answer(asked, requestText(asked.body));
    return tellNotices(invocation, asked.body.notices ?? []);
  }
  await tellNotices(invocation, asked.body.notices ?? []);
  const waiting = client.request<RequestAnswer>('GET', path('requests', asked.body.id), {
    query: { wait: options.wait },
  });
  const decided = await output.progress('waiting for a person', waiting);
  await output.answer(decided, requestText(decided.body));
  return decided.body.state === 'approved' ? EXIT.done : EXIT.ours;
}

async function requests(invocation: Invocation<{ all?: true }>): Promise<number> {
  const { options, output } = invocation;
  const query = { state: options.all === true ? undefined : 'pending', session: options.session };
  const found = await list<RequestAnswer>(invocation, path('requests'), query);
  const rows = found.items.map((one) => [
    one.id,
    one.session,
    one.state,
    `${one.action} ${one.secrets.map(({ name, as }) => (as === undefined ? name : `${name} as ${as}`)).join(', ')}`,
    one.ttl,
    one.askedBy,
    one.reason,
    time(one.createdAt),
    time(one.expiresAt),
  ]);
  const titles = ['ID', 'SESSION', 'STATE', 'WHAT', 'FOR', 'ASKED BY', 'REASON', 'SINCE', 'UNTIL'];
  await output.answer(found, rows.length === 0 ? 'No request waits for a decision.' : table(titles, rows));
  await tellMore(invocation, found);
  return EXIT.done;
}

async function approve(invocation: Invocation<{ ttl?: string; yes?: true }>): Promise<number> {
  const { args, options } = invocation;
  const [given = '', ...names] = args;
  const request = await find(invocation, given);
  const granted = names.length > 0 ? names : request.secrets.map(({ name }) => name);
  const ttl = options.ttl ?? request.ttl;
  const what = `${request.action} ${granted.map(printable).join(', ')} in ${request.session}`;
  if (request.state === 'pending')
    await assureSure(
      invocation,
      `${request.askedBy} asks: "${printable(request.reason)}". ${what}${ttl === undefined ? '' : ` for ${ttl}`}?`,
    );
  const json = { names: names.length > 0 ? names : undefined, ttl: options.ttl };
  const answer = await makeChange<ApprovedAnswer>(invocation, 'POST', path('requests', request.id, 'approve'), {
    json,
  });
  return tellChange(
    invocation,
    answer,
    request.state === 'pending' ? `Approved: ${what}` : `It was approved already: ${request.id}`,
  );
}

async function deny(invocation: Invocation<{ reason?: string }>): Promise<number> {
  const { args, client, options, output } = invocation;
  const request = await find(invocation, args[0] ?? '');
  const json = { reason: options.reason };
  const answer = await client.request<RequestAnswer>('POST', path('requests', request.id, 'deny'), { json });
  await output.answer(answer, `Denied ${answer.body.id} of ${answer.body.askedBy}.`);
  return EXIT.done;
}

/** By its id, or the beginning of one that waits. */
async function find({ client }: Invocation, given: string): Promise<RequestAnswer> {
  const query = { state: 'pending', limit: 200 };
  const { body } = await client.request<{ items: RequestAnswer[] }>('GET', path('requests'), { query });
  const fits = given === '' ? [] : body.items.filter(({ id }) => id.toLowerCase().startsWith(given.toLowerCase()));
  const [only] = fits;
  if (only !== undefined && fits.length === 1) return only;
  if (fits.length > 1)
    throw usage(`${fits.length} requests begin with ${given}: ${fits.map(({ id }) => id).join(', ')}.`);
  return (await client.request<RequestAnswer>('GET', path('requests', given))).body;
}

function requestText(one: RequestAnswer): string {
  return fields([
    ['request', one.id],
    ['state', one.state],
    ['session', one.session],
    [
      one.action,
      one.secrets
        .map(({ name, granted }) => (granted === false && one.state === 'approved' ? `${name} (not granted)` : name))
        .join(', '),
    ],
    ['reason', one.reason],
    ['for', one.grantedTtl ?? one.ttl],
    ['asked by', one.askedBy],
    ['decided by', one.decidedBy ?? undefined],
    ['answer', one.answer],
    ['expires', one.state === 'pending' ? time(one.expiresAt) : undefined],
  ]);
}
