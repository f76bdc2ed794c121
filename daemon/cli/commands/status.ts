/** `ampoule status` and `ampoule use`: how the daemon is, and which session this directory works with. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { SecretAnswer, SessionAnswer, VaultAnswer } from '../answers.js';
import { path } from '../client.js';
import { leaf, type Tree } from '../command-tree.js';
import { namedSession, readSettings } from '../environment.js';
import { ApiError, EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { counted, list } from '../lists.js';
import { fields } from '../table.js';

export function statusCommands(tree: Tree, program: Command): void {
  leaf(
    tree,
    program,
    { usage: 'status', summary: 'how the daemon and the vault are', examples: ['status', 'status --json'] },
    status,
  );
  leaf(
    tree,
    program,
    {
      usage: 'use <session>',
      summary: 'make a session the one of this directory',
      description: 'Writes {"session": …} to .ampoule.json here; other settings in that file stay.',
      examples: ['use dev'],
    },
    use,
  );
}

async function status(invocation: Invocation): Promise<number> {
  const { client, output } = invocation;
  const vault = await client.request<VaultAnswer>('GET', path('vault'));
  if (output.json) {
    await output.answer(vault, '');
    return EXIT.done;
  }
  const count = (of: string, state = 'live') => counted(invocation, path(of), { state });
  const { state, unlock, delivery, engine, unrecorded, version } = vault.body;
  const named = namedSession(invocation.around);
  const sealed = state === 'sealed';
  const rows = fields([
    ['vault', `${state}, unlocked by ${unlock === 'keyFile' ? 'its key file' : 'a passphrase'}`],
    ['daemon', `${client.address} (version ${version})`],
    ['token', invocation.token.from],
    ['engine', engine.reachable ? 'reachable' : 'does not answer'],
    ['delivery', deliveryText(delivery)],
    ['sessions', await count('sessions')],
    ['sandboxes', await count('sandboxes')],
    ['requests', await count('requests', 'pending')],
    ['session', named === null ? undefined : `${named.session} (${named.from})`],
  ]);
  const [first = '', ...others] = rows.split('\n');
  await output.print([output.colour(sealed ? 'yellow' : 'green', first), ...others].join('\n'));
  if (unrecorded > 0)
    await output.say(`${unrecorded} revocations are in effect and not recorded yet. Make room on the disk.`);
  const due = await countDue(invocation);
  if (due > 0)
    await output.say(
      `${due} ${due === 1 ? 'secret is' : 'secrets are'} due for rotation. Run \`ampoule secret ls --due\`.`,
    );
  if (sealed) await output.say('the vault is sealed. Run `ampoule vault unseal`.');
  return EXIT.done;
}

/** 0 for a token that may not see secrets. */
async function countDue(invocation: Invocation): Promise<number> {
  try {
    return (await list<SecretAnswer>(invocation, path('secrets'), { due: true })).items.length;
  } catch (error) {
    if (error instanceof ApiError) return 0;
    throw error;
  }
}

/** Which delivery new sandboxes have, and why it is not memory. */
export function deliveryText({ configured, resolved, state, reason }: VaultAnswer['delivery']): string {
  const found = state === 'works' ? ', memory works here' : state === 'probing' ? ', not tried out yet' : '';
  return `${resolved} (configured: ${configured}${found})${reason === undefined ? '' : `: ${reason}`}`;
}

async function use(invocation: Invocation): Promise<number> {
  const [name = ''] = invocation.args;
  const session = await invocation.client.request<SessionAnswer>('GET', path('sessions', name));
  if (session.body.state === 'ended') throw usage(`The session ${name} has ended. Run \`ampoule session new\`.`);
  const file = join(invocation.around.cwd, '.ampoule.json');
  const settings = { ...readSettings(file), session: session.body.name };
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`);
  await invocation.output.answer(session, `${session.body.name} is now the session of ${invocation.around.cwd}`);
  return EXIT.done;
}
