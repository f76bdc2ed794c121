/** `ampoule secret …`: looking at secrets and removing them. Registering and rotating is secret-write.ts. */

import type { Command } from 'commander';
import type { Change, RevealAnswer, SecretAnswer, VersionAnswer } from '../answers.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { group, leaf, type Tree, wholeNumber } from '../command-tree.js';
import { EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { list, tellMore } from '../lists.js';
import { didYouMean } from '../suggestions.js';
import { assureSure } from '../sure.js';
import { fields, printable, size, table, time } from '../table.js';
import { toggleTable } from './activation.js';
import { secretHistoryCommands } from './secret-history.js';
import { secretWriteCommands } from './secret-write.js';

export function secretCommands(tree: Tree, program: Command): void {
  const secret = group(
    program,
    'secret',
    "registered secrets; alone it prints the session's toggle table",
    ['secret add GITHUB_TOKEN@work', 'secret ls', 'secrets'],
    ['secrets'],
  );
  leaf(
    tree,
    secret,
    {
      usage: 'table',
      summary: 'which registered secrets are active in the session',
      examples: ['secrets', 'secrets --session dev', 'secret table --json'],
      has: ['session'],
      isDefault: true,
    },
    (invocation) => {
      const [word] = invocation.args;
      if (word === undefined) return toggleTable(invocation);
      throw usage(`unknown command 'secret ${word}'${didYouMean(secret, word)}. Run \`ampoule secret --help\`.`);
    },
  ).allowExcessArguments(true);
  secretWriteCommands(tree, secret);
  secretHistoryCommands(tree, secret);
  leaf<{ provider?: string; account?: string; environment?: string; tag?: string; search?: string; due?: true }>(
    tree,
    secret,
    {
      usage: 'ls',
      aliases: ['list'],
      summary: 'list registered secrets',
      examples: ['secret ls', 'secret ls --provider github --json'],
      has: ['page'],
    },
    ls,
  )
    .option('--provider <provider>', 'only of this provider')
    .option('--account <account>', 'only of this account')
    .option('--environment <environment>', 'only of this environment')
    .option('--tag <tag>', 'only with this tag')
    .option('--search <text>', 'only where name or description has this')
    .option('--due', 'only those whose rotation is due');
  leaf(
    tree,
    secret,
    {
      usage: 'show <name>',
      summary: 'show what is known of a secret, without its value',
      examples: ['secret show GITHUB_TOKEN@work'],
    },
    show,
  );
  leaf<{ reason?: string }>(
    tree,
    secret,
    {
      usage: 'reveal <name>',
      summary: "print a secret's value; audited",
      description: 'The value is printed byte for byte, with a newline added at a terminal only.',
      examples: ["secret reveal STRIPE_KEY --reason 'compare with the dashboard'"],
    },
    reveal,
  ).option('--reason <text>', 'why; stands in the audit');
  leaf(
    tree,
    secret,
    {
      usage: 'versions <name>',
      summary: "list a secret's versions",
      examples: ['secret versions GITHUB_TOKEN@work'],
    },
    versions,
  );
  leaf<{ yes?: true }>(
    tree,
    secret,
    {
      usage: 'destroy <name> <version>',
      summary: "destroy one version's value for good",
      examples: ['secret destroy GITHUB_TOKEN@work 3'],
      has: ['wait'],
    },
    destroy,
  ).option(...YES);
  leaf<{ force?: true; yes?: true }>(
    tree,
    secret,
    {
      usage: 'rm <name>',
      aliases: ['remove', 'delete'],
      summary: 'delete a secret and all its values; its history stays',
      examples: ['secret rm OLD_TOKEN', 'secret rm GITHUB_TOKEN@work --force'],
      has: ['wait'],
    },
    remove,
  )
    .option('--force', 'an active one too: deactivates it everywhere first')
    .option(...YES);
}

const YES = ['-y, --yes', 'without being asked, which happens at a terminal only'] as const;

async function ls(
  invocation: Invocation<{
    provider?: string;
    account?: string;
    environment?: string;
    tag?: string;
    search?: string;
    due?: true;
  }>,
): Promise<number> {
  const { provider, account, environment, tag, search, due } = invocation.options;
  const query = { provider, account, environment, tag, q: search, due };
  const listed = await list<SecretAnswer>(invocation, path('secrets'), query);
  const rows = listed.items.map((secret) => [
    secret.name,
    secret.env,
    secret.provider,
    secret.currentVersion,
    secret.tags.join(','),
    secret.due ? 'now' : `${time(secret.dueAt) ?? ''}${secret.dueSoon ? ' (soon)' : ''}`,
    time(secret.expiresAt),
    time(secret.updatedAt),
  ]);
  const text = table(['NAME', 'VARIABLE', 'PROVIDER', 'VERSION', 'TAGS', 'DUE', 'EXPIRES', 'UPDATED'], rows);
  await invocation.output.answer(listed, rows.length === 0 ? 'None. Run `ampoule secret add NAME`.' : text);
  await tellMore(invocation, listed);
  return EXIT.done;
}

async function show(invocation: Invocation): Promise<number> {
  const [name = ''] = invocation.args;
  const secret = await invocation.client.request<SecretAnswer>('GET', path('secrets', name));
  const { rotation } = secret.body;
  const how = rotation == null ? [] : ['', `A new value: ${rotation.page}`, ...rotation.steps.map(numbered)];
  await invocation.output.answer(secret, [secretText(secret.body), ...how.map(printable)].join('\n'));
  return EXIT.done;
}

function numbered(step: string, at: number): string {
  return `  ${at + 1}. ${step}`;
}

/** A secret as lines of name and value. */
export function secretText(secret: SecretAnswer): string {
  return fields([
    ['name', secret.name],
    ['id', secret.id],
    ['variable', secret.env],
    ['followed by', secret.followers.join(' ')],
    ['provider', secret.provider],
    ['account', secret.account],
    ['environment', secret.environment],
    ['delivered as', secret.as === 'file' ? `file ${secret.path ?? ''}` : 'variable'],
    ['sensitive', secret.sensitive ? 'yes' : 'no'],
    ['description', secret.description],
    ['tags', secret.tags.join(', ')],
    ['current version', secret.currentVersion],
    ['expires', time(secret.expiresAt)],
    ['rotate every', secret.rotateEvery],
    ['due', secret.due ? 'now' : `${time(secret.dueAt) ?? ''}${secret.dueSoon ? ' (soon)' : ''}`],
    ['leaked', time(secret.leakedAt)],
    ['kept fresh by', secret.connection],
    ['created', time(secret.createdAt)],
    ['updated', time(secret.updatedAt)],
  ]);
}

async function reveal(invocation: Invocation<{ reason?: string }>): Promise<number> {
  const { client, options, output, around } = invocation;
  const [name = ''] = invocation.args;
  if (options.reason === undefined)
    throw usage('Say why with --reason TEXT; it stands in the audit beside your token.');
  const answer = await client.request<RevealAnswer>('POST', path('secrets', name, 'reveal'), {
    json: { reason: options.reason },
  });
  if (output.json) {
    await output.answer(answer, '');
    return EXIT.done;
  }
  const { value, base64 } = answer.body;
  await output.bytes(value === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(value));
  if (around.stdout.isTTY === true) await output.bytes(Buffer.from('\n'));
  return EXIT.done;
}

async function versions(invocation: Invocation): Promise<number> {
  const [name = ''] = invocation.args;
  const answer = await invocation.client.request<{ items: VersionAnswer[] }>('GET', path('secrets', name, 'versions'));
  const rows = answer.body.items.map((one) => [
    one.version,
    one.destroyedAt === null ? size(one.size) : 'destroyed',
    time(one.createdAt),
    one.createdBy,
    time(one.destroyedAt),
  ]);
  await invocation.output.answer(answer, table(['VERSION', 'SIZE', 'CREATED', 'BY', 'DESTROYED'], rows));
  return EXIT.done;
}

async function destroy(invocation: Invocation<{ yes?: true }>): Promise<number> {
  const [name = '', given = ''] = invocation.args;
  const version = wholeNumber(given, 'VERSION') ?? 0;
  await assureSure(invocation, `Destroy the value of version ${version} of ${name} for good?`);
  const answer = await makeChange<Change>(invocation, 'DELETE', path('secrets', name, 'versions', String(version)));
  return tellChange(invocation, answer, `Version ${version} of ${name} is destroyed.`);
}

async function remove(invocation: Invocation<{ force?: true; yes?: true }>): Promise<number> {
  const [name = ''] = invocation.args;
  await assureSure(invocation, `Delete ${name} and all its values for good?`);
  const answer = await makeChange<Change>(invocation, 'DELETE', path('secrets', name), {
    query: { force: invocation.options.force },
  });
  return tellChange(invocation, answer, `${name} is deleted.`);
}
