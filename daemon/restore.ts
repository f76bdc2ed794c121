/** `ampouled restore FILE`: puts a backup in the vault's place while no daemon runs, and says what to do next. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { restoreVault } from '../store/index.js';
import type { Config } from './config.js';
import { readPassphraseFile } from './passphrase-file.js';

/** @returns what to tell the person who ran it. @throws StoreError, and then nothing was changed. */
export async function restore(
  config: Pick<Config, 'dataDir' | 'keyFile' | 'passphraseFile' | 'auditHeadFile'>,
  file: string,
): Promise<string> {
  const { dataDir, keyFile, passphraseFile, auditHeadFile } = config;
  const passphrase = passphraseFile === null ? null : readPassphraseFile(passphraseFile);
  const unlock =
    passphrase !== null ? { passphrase } : keyFile !== null && existsSync(keyFile) ? { keyFile } : undefined;
  const { id, epoch, kept } = await restoreVault({
    file: resolve(file),
    dataDir,
    auditHeadFile,
    ...(unlock === undefined ? {} : { unlock }),
  });
  return `Restored the vault ${id} from ${file}; its epoch is ${epoch} now.
${kept === null ? 'There was no vault before.' : `The vault that was there is kept as ${kept}.`}
${unlock === undefined ? 'It was not tried whether a key opens it: none was at hand.' : 'The unlock key opens it.'}
Start the daemon: containers that are younger than the backup are replaced or removed then.
`;
}
