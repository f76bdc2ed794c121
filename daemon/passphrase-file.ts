/** Reads a passphrase from its file as bytes that whoever asked wipes. Makes no string of it. */

import { readFileSync } from 'node:fs';
import { ConfigError } from './options.js';

const NEWLINE = 10;
const RETURN = 13;

/** Without the one line end that editors put after it. @throws ConfigError where there is none to read. */
export function readPassphraseFile(file: string): Uint8Array {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new ConfigError(
      `The passphrase file ${file} cannot be read. Put it there, or name another with AMPOULE_PASSPHRASE_FILE.`,
    );
  }
  let end = bytes.length;
  if (bytes[end - 1] === NEWLINE) end -= bytes[end - 2] === RETURN ? 2 : 1;
  if (end === 0) throw new ConfigError(`The passphrase file ${file} is empty. Write the passphrase into it.`);
  const passphrase = Uint8Array.from(bytes.subarray(0, end));
  bytes.fill(0);
  return passphrase;
}
