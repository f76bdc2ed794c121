/** `ampoule vault …`: its state, sealing and unsealing, a new unlock key, a backup. */

import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Change, RekeyAnswer, VaultAnswer } from '../answers.js';
import { makeChange, tellChange } from '../change.js';
import { path } from '../client.js';
import { group, leaf, type Tree } from '../command-tree.js';
import { CliError, EXIT, usage } from '../errors.js';
import type { Invocation } from '../invocation.js';
import { withValue } from '../json-bytes.js';
import { fields, size, time } from '../table.js';
import { readValue } from '../value.js';
import { vaultRotateCommand } from './vault-rotate.js';

export function vaultCommands(tree: Tree, program: Command): void {
  const vault = group(program, 'vault', 'the vault: its state, its key, its backup', [
    'vault status',
    'vault backup ampoule.backup',
  ]);
  leaf(
    tree,
    vault,
    { usage: 'status', summary: "the vault's state", examples: ['vault status', 'vault status --json'] },
    status,
  );
  leaf<{ raw?: true }>(
    tree,
    vault,
    {
      usage: 'unseal',
      summary: 'unseal the vault with its passphrase, or with its key file',
      description: 'The passphrase is asked for, or read from standard input. A vault with a key file needs none.',
      examples: ['vault unseal', 'vault unseal < passphrase.txt'],
    },
    unseal,
  ).option('--raw', 'keep a final newline of standard input');
  leaf<{ revoke?: true }>(
    tree,
    vault,
    {
      usage: 'seal',
      summary: 'take the key out of memory',
      description: 'Running sandboxes keep what they have, unless --revoke ends everything that holds a value.',
      examples: ['vault seal', 'vault seal --revoke'],
      has: ['wait'],
    },
    seal,
  ).option('--revoke', 'end everything that holds a value, first');
  leaf<RekeyOptions>(
    tree,
    vault,
    {
      usage: 'rekey',
      summary: 'give the vault a new unlock key',
      description: 'Older backups still need the unlock key of their day.',
      examples: ['vault rekey --passphrase', 'vault rekey --key-file /etc/ampoule/vault-2.key'],
    },
    rekey,
  )
    .option('--passphrase', 'a passphrase, asked for twice or read from standard input')
    .option('--key-file <path>', 'a new key in this file, which the daemon makes on its own machine')
    .option('--raw', 'keep a final newline of standard input');
  vaultRotateCommand(tree, vault);
  leaf(
    tree,
    vault,
    {
      usage: 'backup <file>',
      summary: 'write a consistent encrypted copy of the vault',
      description:
        'It needs the unlock key of its day; names in it are plain. `ampouled restore FILE` brings it back. `-` is standard output.',
      examples: ['vault backup ampoule.backup', 'vault backup - | age -r RECIPIENT > ampoule.backup.age'],
    },
    backup,
  );
}

async function status(invocation: Invocation): Promise<number> {
  const vault = await invocation.client.request<VaultAnswer>('GET', path('vault'));
  await invocation.output.answer(vault, vaultText(vault.body));
  return EXIT.done;
}

function vaultText(vault: VaultAnswer): string {
  return fields([
    ['state', vault.state],
    ['id', vault.id],
    ['unlocked by', vault.unlock === 'keyFile' ? 'its key file' : 'a passphrase'],
    ['format', vault.format],
    ['schema', vault.schema],
    ['epoch', vault.epoch],
    ['key id', vault.keyId],
    ['public key', vault.publicKey],
    ['created', time(vault.createdAt)],
    ['daemon version', vault.version],
    ['delivery', `${vault.delivery.resolved} (configured: ${vault.delivery.configured})`],
    ['engine', vault.engine.reachable ? 'reachable' : 'does not answer'],
    ['unrecorded revocations', vault.unrecorded],
    ['values to encrypt anew', vault.reencrypting],
  ]);
}

async function unseal(invocation: Invocation<{ raw?: true }>): Promise<number> {
  const { client, output, around, options } = invocation;
  const now = await client.request<VaultAnswer>('GET', path('vault'));
  if (now.body.state === 'unsealed') {
    await output.answer(now, 'The vault is unsealed already.');
    return EXIT.done;
  }
  const send = async (body: Uint8Array): Promise<number> => {
    const call = { bytes: body, contentType: 'application/json' };
    const answer = await output.progress(
      'unsealing',
      client.request<VaultAnswer>('POST', path('vault', 'unseal'), call),
    );
    await output.answer(answer, 'The vault is unsealed.');
    return EXIT.done;
  };
  if (now.body.unlock === 'keyFile') return send(Buffer.from('{}'));
  return send(await passphraseBody(await readValue({ what: 'Passphrase', raw: options.raw === true }, around, output)));
}

/** Wipes `passphrase`. */
async function passphraseBody(passphrase: Uint8Array): Promise<Uint8Array> {
  const body = withValue({}, 'passphrase', passphrase);
  passphrase.fill(0);
  if (body === null) throw usage('The passphrase is not UTF-8. Give one that is.');
  return body;
}

async function seal(invocation: Invocation<{ revoke?: true }>): Promise<number> {
  const revoke = invocation.options.revoke === true;
  const answer = await makeChange<Change>(invocation, 'POST', path('vault', 'seal'), { json: { revoke } });
  return tellChange(
    invocation,
    answer,
    revoke ? 'The vault is sealed, and nothing holds a value.' : 'The vault is sealed; sandboxes keep what they have.',
  );
}

interface RekeyOptions {
  passphrase?: true;
  keyFile?: string;
  raw?: true;
}

async function rekey(invocation: Invocation<RekeyOptions>): Promise<number> {
  const { client, output, around, options } = invocation;
  if ((options.passphrase === true) === (options.keyFile !== undefined)) {
    throw usage('Give either --passphrase or --key-file PATH, so that it is clear what unlocks the vault from now on.');
  }
  if (options.keyFile !== undefined && !isAbsolute(options.keyFile)) {
    throw usage('--key-file wants an absolute path: the daemon makes the file, and its directory is not yours.');
  }
  const body =
    options.keyFile === undefined
      ? await passphraseBody(
          await readValue({ what: 'New passphrase', twice: true, raw: options.raw === true }, around, output),
        )
      : Buffer.from(JSON.stringify({ keyFile: options.keyFile }));
  const call = { bytes: body, contentType: 'application/json' };
  const answer = await output.progress(
    'changing the key',
    client.request<RekeyAnswer>('POST', path('vault', 'rekey'), call),
  );
  const { keyFile, step } = answer.body;
  const unlock = keyFile ? `the key file ${keyFile}` : 'the new passphrase';
  await output.answer(answer, `The vault is unlocked with ${unlock} from now on. Lose it, lose the vault.`);
  if (step) await output.say(step);
  else if (!keyFile)
    await output.say('where the daemon has a passphrase file, write the new one into it before the next start.');
  return EXIT.done;
}

async function backup(invocation: Invocation): Promise<number> {
  const { client, output, around } = invocation;
  const [given = ''] = invocation.args;
  if (given === '-' && around.stdout.isTTY === true) {
    throw usage('A backup is no text for a terminal. Give a file: `ampoule vault backup ampoule.backup`.');
  }
  const file = resolve(around.cwd, given);
  if (given !== '-' && existsSync(file)) throw usage(`${file} exists and is left alone. Give another name.`);
  return invocation.untilInterrupted(async (signal) => {
    const call = { accept: 'application/octet-stream', signal };
    const stream = await client.stream('POST', path('vault', 'backup'), call);
    if (given === '-') {
      for await (const chunk of stream.body) await output.bytes(chunk);
      return EXIT.done;
    }
    const bytes = await output.progress('backing up', intoFile(stream.body, file));
    await output.say(`${file}: ${size(bytes)}. It needs today's unlock key.`);
    return EXIT.done;
  });
}

/** A file of ours alone that is there whole or not at all. */
async function intoFile(body: AsyncIterable<Uint8Array>, file: string): Promise<number> {
  const part = `${file}.part`;
  let bytes = 0;
  try {
    const handle = await open(part, 'wx', 0o600);
    try {
      for await (const chunk of body) {
        await handle.writeFile(chunk);
        bytes += chunk.byteLength;
      }
      await handle.sync();
      await rename(part, file);
      return bytes;
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new CliError('FILE_FAILED', `${file} cannot be written (${code}). Give another path.`, { cause: error });
  }
}
