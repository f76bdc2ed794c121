/** Writes the first operator token to a file of its own, once. Never prints or logs it. */

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Caller, Page, Token, Vault } from '../store/index.js';

const DAEMON: Caller = { kind: 'daemon' };

/**
 * Makes an operator token and writes it to `file` (0600), where no operator token was ever used and no such file is left from
 * an earlier start. A start that was cut short between the two is thus made good by the next.
 * @returns whether it was written
 */
export function writeBootstrapToken(vault: Pick<Vault, 'tokens'>, file: string): boolean {
  const operators = operatorTokens(vault);
  if (operators.some((token) => token.lastUsedAt !== null) || (operators.length > 0 && existsSync(file))) return false;
  // The token of a vault that is gone.
  rmSync(file, { force: true });
  const { secret } = vault.tokens.create(DAEMON, { kind: 'operator', name: 'bootstrap' });
  const unfinished = `${file}.new`;
  rmSync(unfinished, { force: true });
  const handle = openSync(unfinished, 'wx', 0o600);
  try {
    writeSync(handle, `${secret}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(unfinished, file);
  const directory = openSync(dirname(file), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
  return true;
}

function operatorTokens(vault: Pick<Vault, 'tokens'>): Token[] {
  const found: Token[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Token> = vault.tokens.list(DAEMON, cursor === null ? { limit: 200 } : { limit: 200, cursor });
    found.push(...page.items.filter((token) => token.kind === 'operator'));
    cursor = page.next;
  } while (cursor !== null);
  return found;
}
