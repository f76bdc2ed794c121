/** `ampoule request` and `requests`: what somebody asks a person for, and what waits for a decision. */

import type { Command } from 'commander';
import type { RequestAnswer } from '../answers.js';
import { tellNotices } from '../change.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { list, tellMore } from '../lists.js';
import { askedFor, requestText } from '../request-text.js';
import { chooseSession } from '../session-choice.js';
import { shortened, table, time } from '../table.js';

/** Characters of a reason in a table; whoever decides reads all of it. */
const LONGEST_REASON = 60;

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
    `${one.action} ${askedFor(one)}`,
    one.ttl,
    one.askedBy,
    shortened(one.reason, LONGEST_REASON),
    time(one.createdAt),
    time(one.expiresAt),
  ]);
  const titles = ['ID', 'SESSION', 'STATE', 'WHAT', 'FOR', 'ASKED BY', 'REASON', 'SINCE', 'UNTIL'];
  await output.answer(found, rows.length === 0 ? 'No request waits for a decision.' : table(titles, rows));
  await tellMore(invocation, found);
  return EXIT.done;
}
