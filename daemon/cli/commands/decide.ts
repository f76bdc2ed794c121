/** `ampoule approve` and `deny`: what a person says to a request. What is granted is shown before it is. */

import type { Command } from 'commander';
import type { ApprovedAnswer, RequestAnswer } from '../answers.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { askedFor, requestText } from '../request-text.js';
import { assureSure } from '../sure.js';
import { printable } from '../table.js';

interface ApproveOptions {
  ttl?: string;
  yes?: true;
}

export function decideCommands(tree: Tree, program: Command): void {
  leaf<ApproveOptions>(
    tree,
    program,
    {
      usage: 'approve <request> [name...]',
      summary: 'grant what is asked for, or the named part of it',
      description:
        'At a terminal it is shown first, and the beginning of an id is enough where only one request that waits begins so. ' +
        'Where nobody is asked, the whole id is wanted.',
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
      description: 'The beginning of an id is enough where only one request that waits begins so.',
      examples: ["deny req_01K7 --reason 'use the staging keys'"],
    },
    deny,
  ).option('--reason <text>', 'why, in one line');
}

async function approve(invocation: Invocation<ApproveOptions>): Promise<number> {
  const { args, options } = invocation;
  const [given = '', ...names] = args;
  const request = await find(invocation, given);
  const pending = request.state === 'pending';
  const asked = options.yes !== true && invocation.around.stdin.isTTY === true;
  // Whoever asked may take a request back and ask for something else, which begins as the first one did.
  if (pending && !asked && request.id.toLowerCase() !== given.toLowerCase())
    throw usage(`Nobody is asked here, so the whole id is wanted: ${request.id} asks to ${whatOf(request)}.`);
  const what = whatOf(request, names.length > 0 ? names : undefined);
  const ttl = options.ttl ?? request.ttl;
  if (pending) {
    if (asked) await invocation.output.write(invocation.around.stderr, `${requestText(request)}\n`);
    const question = `${what}${ttl === undefined ? '' : ` for ${ttl}`}?`;
    await assureSure(invocation, question.charAt(0).toUpperCase() + question.slice(1));
  }
  const json = { names: names.length > 0 ? names : undefined, ttl: options.ttl };
  const answer = await makeChange<ApprovedAnswer>(invocation, 'POST', path('requests', request.id, 'approve'), {
    json,
  });
  return tellChange(invocation, answer, pending ? `Approved: ${what}` : `It was approved already: ${request.id}`);
}

async function deny(invocation: Invocation<{ reason?: string }>): Promise<number> {
  const { args, client, options, output } = invocation;
  const request = await find(invocation, args[0] ?? '');
  const json = { reason: options.reason };
  const answer = await client.request<RequestAnswer>('POST', path('requests', request.id, 'deny'), { json });
  await output.answer(answer, printable(`Denied ${answer.body.id} of ${answer.body.askedBy}.`));
  return EXIT.done;
}

/** `activate A_KEY in dev`. */
function whatOf(request: RequestAnswer, names?: string[]): string {
  const strange = names?.filter((name) => !request.secrets.some((secret) => secret.name === name)) ?? [];
  if (strange.length > 0) {
    const asked = request.secrets.map(({ name }) => name).join(', ');
    throw usage(`${strange.join(', ')} was not asked for. ${request.id} asks for ${asked}.`);
  }
  return printable(`${request.action} ${askedFor(request, names)} in ${request.session}`);
}

/** By its id, or the beginning of one that waits. */
async function find({ client }: Invocation, given: string): Promise<RequestAnswer> {
  const query = { state: 'pending', limit: 200 };
  const { body } = await client.request<{ items: RequestAnswer[]; next: string | null }>('GET', path('requests'), {
    query,
  });
  const fits = given === '' ? [] : body.items.filter(({ id }) => id.toLowerCase().startsWith(given.toLowerCase()));
  const [only] = fits;
  const whole = only !== undefined && only.id.length === given.length;
  if (only !== undefined && fits.length === 1 && (whole || body.next === null)) return only;
  if (fits.length > 1)
    throw usage(`${fits.length} requests begin with ${given}: ${fits.map(({ id }) => id).join(', ')}.`);
  if (only !== undefined) throw usage(`More than ${query.limit} requests wait. Give the whole id: ${only.id}.`);
  return (await client.request<RequestAnswer>('GET', path('requests', given))).body;
}
