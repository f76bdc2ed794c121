/** `ampouled init`: makes the key file that a vault is unlocked with, for a service manager to hand over. Opens no vault. */

import { makeKeyFile } from '../store/index.js';
import type { Config } from './config.js';
import { ConfigError } from './options.js';

/** @returns what to tell the person who ran it. */
export function initialise(config: Pick<Config, 'keyFile' | 'dataDir'>): string {
  const { keyFile } = config;
  if (keyFile === null) {
    throw new ConfigError(
      'There is no key file to make: a passphrase was chosen. Name one: `ampouled init --key-file FILE`.',
    );
  }
  makeKeyFile(keyFile);
  return `Made the key file ${keyFile} (mode 0600). It unlocks the vault in ${config.dataDir}; keep a copy of it elsewhere.
Lose the key, lose the vault: there is no other way in.

Hand it to the daemon in one of these ways:
  directly       AMPOULE_KEY_FILE=${keyFile} ampouled
  systemd        LoadCredential=vault.key:${keyFile}
  Docker         a secret named ampoule_key, from the file ${keyFile}
`;
}
