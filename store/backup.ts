/** A consistent copy of the vault in one file, as encrypted as the vault itself. Opens no value. */

import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { requireOperator } from './caller.js';
import type { Context } from './context.js';
import { copySlowly, sqliteCode, syncFile } from './database.js';
import { StoreError } from './errors.js';
import type { Vault } from './vault.js';

export function makeBackup(context: Context): Vault['backup'] {
  const { db, keys, vaultId } = context;

  return async (caller, file) => {
    requireOperator(context, caller, 'vault.backup', vaultId);
    if (keys.state === 'sealed')
      throw new StoreError('VAULT_SEALED', 'A sealed vault is not copied. Run `ampoule vault unseal` first.');
    if (existsSync(file))
      throw new StoreError('INVALID_INPUT', `A backup overwrites nothing, and ${file} exists. Name another file.`, {
        problems: [{ pointer: '/file', detail: 'there is a file already' }],
      });
    context.act(caller, { action: 'vault.backup', target: vaultId }, () => undefined);
    const part = `${file}.part`;
    try {
      rmSync(part, { force: true });
      await copySlowly(db, part);
      renameSync(part, file);
      syncFile(file);
      return { bytes: statSync(file).size };
    } catch (error) {
      rmSync(part, { force: true });
      throw failed(file, error);
    }
  };
}

function failed(file: string, cause: unknown): StoreError {
  const full = sqliteCode(cause) === 'SQLITE_FULL';
  return new StoreError(
    full ? 'DISK_FULL' : 'STORAGE_FAILED',
    `The backup could not be written to ${file}${full ? ': its disk is full' : ''}. Choose another place and try again.`,
    { cause },
  );
}
