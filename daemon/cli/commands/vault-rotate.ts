/** `ampoule vault rotate`: a new data key, and what is there encrypted under it. */

import type { Command } from 'commander';
import type { RotateAnswer } from '../answers.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { EXIT } from '../errors.js';
import type { Invocation } from '../invocation.js';

export function vaultRotateCommand(tree: Tree, vault: Command): void {
  leaf<{ reencrypt?: true }>(
    tree,
    vault,
    {
      usage: 'rotate',
      summary: 'make a new data key, for what is stored from now on',
      description:
        'Values that are there stay under their keys until they are rotated, unless --reencrypt encrypts them anew and erases the old keys. The unlock key stays as it is.',
      examples: ['vault rotate', 'vault rotate --reencrypt --wait 60s'],
      has: ['wait'],
    },
    rotate,
  ).option('--reencrypt', 'encrypt what is there under the new key too, and erase the old ones');
}

async function rotate({ client, options, output }: Invocation<{ reencrypt?: true }>): Promise<number> {
  const { reencrypt = false, wait } = options;
  const call = { json: { reencrypt }, query: { wait } };
  const answer = await output.progress(
    'encrypting anew',
    client.request<RotateAnswer>('POST', path('vault', 'rotate'), call),
  );
  const { keyId, left = 0, unreadable = 0 } = answer.body;
  const all = reencrypt && left === 0;
  await output.answer(
    answer,
    `${all ? 'All' : 'New'} values are encrypted under data key ${keyId}${all ? '' : ' from now on'}.`,
  );
  if (answer.status === 202) {
    await output.say(`${left} values are still under older keys; it goes on by itself. See \`ampoule vault status\`.`);
    return EXIT.ours;
  }
  if (unreadable > 0)
    await output.say(`${unreadable} values were altered and do not open: they keep their key. Store them anew.`);
  return EXIT.done;
}
