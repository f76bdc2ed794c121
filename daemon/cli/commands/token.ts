/** `ampoule token …`: making, listing and revoking tokens. A token is shown once, alone on standard output. */

import type { Command } from 'commander';
import type { TokenAnswer } from '../answers.js';
import { path } from '../client.js';
import { group, leaf, several, type Tree, wholeNumber } from '../command-tree.js';
import { EXIT } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { list, tellMore } from '../lists.js';
import { chooseSession } from '../session-choice.js';
import { table, time } from '../table.js';

interface NewOptions {
  ttl?: string;
  allowSecret?: string[];
  allowEnvironment?: string[];
  allowImage?: string[];
  allowPrivileges?: string[];
  allowHostPath?: string[];
  allowNetwork?: string[];
  allowPublish?: string[];
  maxSandboxes?: string;
}

export function tokenCommands(tree: Tree, program: Command): void {
  const token = group(program, 'token', 'who may use the API', ['token new operator laptop', 'token ls'], ['tokens']);
  leaf<NewOptions>(
    tree,
    token,
    {
      usage: 'new <kind> <name>',
      summary: 'make a token: operator, launcher, agent or metrics',
      description: 'The token is printed once, alone on standard output. An agent token belongs to one session.',
      examples: [
        'token new operator laptop --ttl 720h',
        "token new launcher ci --allow-secret tag:ci --allow-image 'ghcr.io/acme/*' > ci.token",
        'token new agent helper --session dev',
      ],
      has: ['session'],
    },
    create,
  )
    .option('--ttl <duration>', 'expires after this')
    .option('--allow-secret <selector>', 'a launcher may activate these', several)
    .option('--allow-environment <environment>', 'its sessions may have this environment', several)
    .option('--allow-image <pattern>', 'it may run these images (default: any)', several)
    .option('--allow-privileges <kind>', 'standard, strict or sudo (default: standard)', several)
    .option('--allow-host-path <path>', 'workspaces may lie below this', several)
    .option('--allow-network <name>', 'sandboxes may join this (default: bridge and none)', several)
    .option('--allow-publish <address>', 'ports may be published here (default: 127.0.0.1)', several)
    .option('--max-sandboxes <n>', 'live ones at once (default: 50)');
  leaf(
    tree,
    token,
    { usage: 'ls', aliases: ['list'], summary: 'list tokens', examples: ['token ls'], has: ['page'] },
    ls,
  );
  leaf(
    tree,
    token,
    {
      usage: 'revoke <token>',
      aliases: ['rm'],
      summary: 'revoke a token (by id); its open streams end',
      examples: ['token revoke tok_01JQ…'],
    },
    revoke,
  );
}

async function create(invocation: Invocation<NewOptions>): Promise<number> {
  const { client, options, output } = invocation;
  const [kind = '', name = ''] = invocation.args;
  const allow = {
    secrets: options.allowSecret,
    environments: options.allowEnvironment,
    images: options.allowImage,
    privileges: options.allowPrivileges,
    hostPaths: options.allowHostPath,
    networks: options.allowNetwork,
    publish: options.allowPublish,
    maxSandboxes: wholeNumber(options.maxSandboxes, '--max-sandboxes'),
  };
  const bounded = Object.values(allow).some((part) => part !== undefined);
  const session = kind === 'agent' ? await chooseSession(invocation) : options.session;
  const answer = await client.request<TokenAnswer>('POST', path('tokens'), {
    json: { kind, name, session, ttl: options.ttl, allow: bounded ? allow : undefined },
  });
  await output.answer(answer, answer.body.token ?? '');
  await output.say(`${answer.body.id} (${kind} ${name}) is shown this once. Keep it where only its user can read it.`);
  return EXIT.done;
}

async function ls(invocation: Invocation): Promise<number> {
  const listed = await list<TokenAnswer>(invocation, path('tokens'));
  const rows = listed.items.map((token) => [
    token.id,
    token.kind,
    token.name,
    token.session,
    time(token.expiresAt),
    time(token.lastUsedAt),
    token.revokedAt === null ? null : time(token.revokedAt),
  ]);
  await invocation.output.answer(
    listed,
    table(['ID', 'KIND', 'NAME', 'SESSION', 'EXPIRES', 'LAST USED', 'REVOKED'], rows),
  );
  await tellMore(invocation, listed);
  return EXIT.done;
}

async function revoke(invocation: Invocation): Promise<number> {
  const [id = ''] = invocation.args;
  const answer = await invocation.client.request('DELETE', path('tokens', id));
  await invocation.output.answer(answer, `${id} is revoked.`);
  return EXIT.done;
}
