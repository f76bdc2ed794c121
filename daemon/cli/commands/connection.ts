/** `ampoule connections`, `connection refresh` and `disconnect`: what is connected, and its end. */

import type { Command } from 'commander';
import type { Change } from '../answers.js';
import type { ConnectionAnswer } from '../answers-connection.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { group, leaf, type Tree } from '../command-tree.js';
import { connectionsText, connectionText } from '../connection-text.js';
import { EXIT } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { list, tellMore } from '../lists.js';
import { assureSure } from '../sure.js';

type Changed = Change & { connection: ConnectionAnswer };

export function connectionCommands(tree: Tree, program: Command): void {
  leaf(
    tree,
    program,
    {
      usage: 'connections [name]',
      summary: 'list accounts whose tokens are kept fresh, or show one',
      examples: ['connections', 'connections GITHUB_TOKEN@octocat'],
      has: ['page'],
    },
    connections,
  );
  const connection = group(program, 'connection', 'look after connections', [
    'connection refresh GITHUB_TOKEN@octocat',
  ]);
  leaf(
    tree,
    connection,
    {
      usage: 'refresh <name>',
      summary: 'get a new token now',
      examples: ['connection refresh GITHUB_TOKEN@octocat'],
      has: ['wait'],
    },
    refresh,
  );
  leaf<{ yes?: true }>(
    tree,
    program,
    {
      usage: 'disconnect <name>',
      summary: 'take the token from everybody, delete it, and revoke it at the provider',
      description: 'It asks first at a terminal. While the provider does not answer, it is tried again.',
      examples: ['disconnect GITHUB_TOKEN@octocat'],
      has: ['wait'],
    },
    disconnect,
  ).option('--yes', 'without asking');
}

async function connections(invocation: Invocation): Promise<number> {
  const { args, client, output } = invocation;
  const [name] = args;
  if (name !== undefined) {
    const one = await client.request<ConnectionAnswer>('GET', path('connections', name));
    await output.answer(one, connectionText(one.body));
    return EXIT.done;
  }
  const found = await list<ConnectionAnswer>(invocation, path('connections'));
  await output.answer(found, connectionsText(found.items));
  await tellMore(invocation, found);
  return EXIT.done;
}

async function refresh(invocation: Invocation): Promise<number> {
  const where = path('connections', invocation.args[0] ?? '', 'refresh');
  const answer = await makeChange<Changed>(invocation, 'POST', where);
  return tellChange(invocation, answer, `${answer.body.connection.secret} has a new token.`);
}

async function disconnect(invocation: Invocation<{ yes?: true }>): Promise<number> {
  const [name = ''] = invocation.args;
  await assureSure(invocation, `Disconnect ${name}? Its token is taken from everybody and revoked at the provider.`);
  const answer = await makeChange<Changed>(invocation, 'DELETE', path('connections', name));
  const { secret, id } = answer.body.connection;
  return tellChange(invocation, answer, `Disconnected ${secret ?? id}.`);
}
