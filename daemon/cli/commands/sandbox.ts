/** `ampoule sandbox …` and `ampoule ps`: looking at sandboxes and removing them. Running one is sandbox-run.ts. */

import type { Command } from 'commander';
import type { Change, SandboxAnswer } from '../answers.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { group, type Leaf, leaf, type Tree, wholeNumber } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { list, tellMore } from '../lists.js';
import { sandboxArgument } from '../sandbox-choice.js';
import { copyOutput } from '../stream-output.js';
import { fields, table, time } from '../table.js';
import { runCommand } from './sandbox-run.js';

export function sandboxCommands(tree: Tree, program: Command): void {
  const sandbox = group(
    program,
    'sandbox',
    "containers that have their session's active secrets",
    ['sandbox run debian:stable-slim --name box', 'sandbox rm box'],
    ['sandboxes'],
  );
  runCommand(tree, sandbox);
  const listing = (usage: string, aliases: string[], example: string): Leaf => ({
    usage,
    aliases,
    summary: 'list sandboxes',
    examples: [example, `${example} --ended --json`],
    has: ['session', 'page'],
  });
  leaf<{ ended?: true }>(tree, sandbox, listing('ls', ['list', 'ps'], 'sandbox ls'), ls).option(
    '--ended',
    'those that have ended, instead',
  );
  leaf<{ ended?: true }>(tree, program, listing('ps', [], 'ps'), ls).option(
    '--ended',
    'those that have ended, instead',
  );
  leaf(tree, sandbox, { usage: 'show <sandbox>', summary: 'show one sandbox', examples: ['sandbox show box'] }, show);
  leaf<{ workspace?: string }>(
    tree,
    sandbox,
    {
      usage: 'rm <sandbox>',
      aliases: ['remove', 'delete'],
      summary: 'end a sandbox and remove its container',
      description: 'The workspace is kept, unless --workspace delete is given.',
      examples: ['sandbox rm box', 'sandbox rm box --workspace delete'],
      has: ['wait'],
    },
    remove,
  ).option('--workspace <delete>', 'delete: its workspace volume too');
  leaf<{ confirm?: string }>(
    tree,
    sandbox,
    {
      usage: 'reset <sandbox>',
      summary: 'make its container anew',
      description:
        "Everything but the workspace is as at its first start, and what was active is not any more if it was its session's last sandbox.",
      examples: ['sandbox reset box --confirm box'],
      has: ['wait'],
    },
    reset,
  ).option('--confirm <name>', "the sandbox's name, once more");
  leaf<{ follow?: true; tail?: string }>(
    tree,
    sandbox,
    {
      usage: 'logs [sandbox]',
      summary: "print the main process's output, redacted",
      examples: ['sandbox logs', 'sandbox logs box --tail 50', 'sandbox logs -f box'],
      has: ['session'],
    },
    logs,
  )
    .option('-f, --follow', 'go on with what comes; Ctrl-C ends it')
    .option('--tail <n>', 'only the last lines');
}

async function ls(invocation: Invocation<{ ended?: true }>): Promise<number> {
  const { session, ended } = invocation.options;
  const listed = await list<SandboxAnswer>(invocation, path('sandboxes'), {
    session,
    state: ended === true ? 'ended' : 'live',
  });
  const rows = listed.items.map((one) => [
    one.name,
    one.id,
    one.session,
    one.state,
    one.image.name,
    one.delivery.resolved,
    ports(one),
    time(one.createdAt),
  ]);
  const text = table(['NAME', 'ID', 'SESSION', 'STATE', 'IMAGE', 'DELIVERY', 'PORTS', 'CREATED'], rows);
  await invocation.output.answer(listed, rows.length === 0 ? 'None. Run `ampoule sandbox run`.' : text);
  await tellMore(invocation, listed);
  return EXIT.done;
}

async function show(invocation: Invocation): Promise<number> {
  const [name = ''] = invocation.args;
  const answer = await invocation.client.request<SandboxAnswer>('GET', path('sandboxes', name));
  await invocation.output.answer(answer, sandboxText(answer.body));
  return EXIT.done;
}

/** A sandbox as lines of name and value. */
export function sandboxText(one: SandboxAnswer): string {
  return fields([
    ['name', one.name],
    ['id', one.id],
    ['session', one.session],
    ['state', one.reason === undefined ? one.state : `${one.state}: ${one.reason}`],
    ['exit code', one.exitCode],
    ['image', one.image.digest === null ? one.image.name : `${one.image.name} (${one.image.digest})`],
    ['container', one.containerId],
    ['delivery', `${one.delivery.resolved} (requested: ${one.delivery.requested})`],
    ['privileges', one.privileges],
    ['generation', one.generation],
    ['variables', one.variables.join(', ')],
    ['ports', ports(one)],
    ['created', time(one.createdAt)],
    ['idle end', time(one.idleAt)],
    ['ended', one.endedAt === null ? undefined : `${time(one.endedAt)} (${one.endReason})`],
  ]);
}

function ports(one: SandboxAnswer): string {
  return one.ports
    .map(({ ip, host, container, protocol }) => `${ip}:${host ?? '?'}->${container}/${protocol}`)
    .join(', ');
}

async function remove(invocation: Invocation<{ workspace?: string }>): Promise<number> {
  const [name = ''] = invocation.args;
  const { workspace } = invocation.options;
  const answer = await makeChange<Change>(invocation, 'DELETE', path('sandboxes', name), { query: { workspace } });
  return tellChange(invocation, answer, `${name} has ended.`);
}

async function reset(invocation: Invocation<{ confirm?: string }>): Promise<number> {
  const [name = ''] = invocation.args;
  const { confirm } = invocation.options;
  if (confirm === undefined) {
    throw usage(
      `Everything in ${name} but its workspace would be lost. Say so: \`ampoule sandbox reset ${name} --confirm ${name}\`.`,
    );
  }
  const answer = await makeChange<Change>(invocation, 'POST', path('sandboxes', name, 'reset'), { json: { confirm } });
  return tellChange(invocation, answer, `${name} is as at its first start.`);
}

async function logs(invocation: Invocation<{ follow?: true; tail?: string }>): Promise<number> {
  const name = await sandboxArgument(invocation);
  const { follow, tail, json } = invocation.options;
  return invocation.untilInterrupted(async (signal) => {
    const stream = await invocation.client.stream('GET', path('sandboxes', name, 'logs'), {
      query: { follow, tail: wholeNumber(tail, '--tail') },
      accept: 'application/x-ndjson',
      // A quiet sandbox has nothing to answer with yet.
      deadline: 0,
      signal,
    });
    await copyOutput(stream, invocation, json === true);
    return EXIT.done;
  });
}
