/** What the vault is unlocked with at start, from the configuration; makes the key file of a new vault. Keeps no key. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyFile, VAULT_FILE } from '../store/index.js';
import type { Config } from './config.js';
import { readPassphraseFile } from './passphrase-file.js';

export interface Unlock {
  unlock: { keyFile: string } | { passphrase: Uint8Array | null };
  /** A key file was made just now, here. */
  madeKeyFile: string | null;
}

/** A vault that exists without its key is never given a new one: the store says that it is missing. */
export function unlockFrom(config: Pick<Config, 'dataDir' | 'keyFile' | 'passphraseFile'>): Unlock {
  const { dataDir, keyFile, passphraseFile } = config;
  if (passphraseFile !== null) return { unlock: { passphrase: readPassphraseFile(passphraseFile) }, madeKeyFile: null };
  if (keyFile === null) return { unlock: { passphrase: null }, madeKeyFile: null };
  const first = !existsSync(keyFile) && !existsSync(join(dataDir, VAULT_FILE));
  if (first) makeKeyFile(keyFile);
  return { unlock: { keyFile }, madeKeyFile: first ? keyFile : null };
}
