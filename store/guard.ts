/**
 * The vault's door: unseals it with a key file or a passphrase, seals it, and changes its unlock key. Knows no secret; the keys
 * themselves stay in the keyring.
 */

import type { Acts } from './act.js';
import type { Chain } from './audit-chain.js';
import { requireOperator } from './caller.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { readKeyFile } from './key-file.js';
import type { Keyring, WrappedDataKey } from './keyring.js';
import { newKeyFile } from './rekey-file.js';
import { wipe } from './seal.js';
import type { Caller } from './types.js';
import type { Vault } from './vault.js';
import { readWrap, type UnlockKey, unwrapRoot, type WrapRow, wrapRoot, writeWrap } from './wrap.js';

export interface GuardParts {
  context: Context;
  acts: Acts;
  keyring: Keyring;
  chain: Chain;
  /** The key file that the process was told of; null: it was told of a passphrase. */
  keyFile: string | null;
  /** Where no key may lie. */
  dataDir: string;
  /** Where a new key goes when its source is read-only. */
  stateDir: string;
}
export type Guard = Pick<Vault, 'unseal' | 'seal' | 'rekey'> & {
  /** At start, without a caller. Does not wipe `unlock`. WRONG_KEY, PASSPHRASE_WRONG. */
  open(unlock: UnlockKey): Promise<void>;
};

export function makeGuard(parts: GuardParts): Guard {
  const { context, acts, keyring, chain, dataDir, stateDir } = parts;
  const { db, vaultId, clock } = context;
  /** Where the key of a key file lies now. */
  let keyFile = parts.keyFile;
  /** Counts seals, so that an unseal that was on its way does not undo one. */
  let seals = 0;

  async function rootFor(unlock: UnlockKey): Promise<Uint8Array> {
    const wrap = readWrap(db);
    const root = await unwrapRoot(vaultId, wrap, unlock);
    if (root !== null) return root;
    throw wrap.kind === 'passphrase' && unlock.kind === 'passphrase' ? passphraseWrong() : wrongKey(wrap, keyFile);
  }

  function admit(root: Uint8Array): void {
    const dataKeys = db.prepare<[], WrappedDataKey>('SELECT id, nonce, ciphertext FROM dataKey').all();
    const publicKey = db.prepare<[], Uint8Array>('SELECT publicKey FROM vault').pluck().get() ?? new Uint8Array();
    keyring.unseal(root, dataKeys, publicKey);
  }

  function unlockFor(wrap: WrapRow, passphrase: Uint8Array | null): UnlockKey {
    if (wrap.kind === 'passphrase') {
      if (passphrase === null) throw passphraseMissing();
      return { kind: 'passphrase', passphrase };
    }
    if (keyFile !== null) return { kind: 'keyFile', key: readKeyFile(keyFile) };
    throw new StoreError(
      'KEY_FILE_MISSING',
      'A key file unlocks this vault, and none is configured. Set AMPOULE_KEY_FILE and start the daemon again.',
    );
  }

  async function unseal(caller: Caller, passphrase: Uint8Array | null): Promise<void> {
    const entry = { action: 'vault.unseal', target: vaultId };
    requireOperator(context, caller, entry.action, entry.target);
    if (keyring.state === 'unsealed') return;
    const before = seals;
    const unlock = unlockFor(readWrap(db), passphrase);
    try {
      const root = await rootFor(unlock);
      if (seals !== before || context.keys.state === 'unsealed') return wipe(root);
      admit(root);
    } catch (error) {
      const code = error instanceof StoreError ? error.code : 'STORAGE_FAILED';
      context.act(caller, { ...entry, outcome: 'failed', detail: { code } }, () => undefined);
      throw error;
    } finally {
      if (unlock.kind === 'keyFile') wipe(unlock.key);
    }
    try {
      context.act(caller, entry, () => chain.complete());
    } catch (error) {
      keyring.wipe();
      throw error;
    }
  }

  return {
    async open(unlock) {
      admit(await rootFor(unlock));
      if (!chain.incomplete()) return;
      try {
        context.write('audit.complete', () => chain.complete());
      } catch {
        // A full disk keeps nobody out: the next entry completes what this one could not.
      }
    },

    async unseal(caller, passphrase) {
      try {
        await unseal(caller, passphrase);
      } finally {
        wipe(passphrase);
      }
    },

    seal(caller) {
      requireOperator(context, caller, 'vault.seal', vaultId);
      seals++;
      try {
        // A full disk or a failing audit never keeps the vault open.
        const entry = { action: 'vault.seal', target: vaultId };
        context.revoke(
          caller,
          entry,
          () => [],
          () => undefined,
        );
      } finally {
        keyring.wipe();
      }
    },

    async rekey(caller, to) {
      const passphrase = 'passphrase' in to ? to.passphrase : null;
      try {
        requireOperator(context, caller, 'vault.rekey', vaultId);
        keyring.withRoot(() => undefined);
        if (passphrase?.length === 0) throw passphraseMissing();
        const made = 'keyFile' in to ? newKeyFile(to.keyFile, { configured: keyFile, dataDir, stateDir }) : null;
        const unlock: UnlockKey =
          made === null
            ? { kind: 'passphrase', passphrase: passphrase ?? new Uint8Array() }
            : { kind: 'keyFile', key: readKeyFile(made.written) };
        try {
          const wrap = await wrapRoot(vaultId, unlock, () => keyring.withRoot((root) => root));
          context.act(caller, { action: 'vault.rekey', target: vaultId, detail: { unlock: wrap.kind } }, () => {
            writeWrap(db, wrap, clock.now());
            acts.scrub();
          });
        } catch (error) {
          made?.undo();
          throw error;
        } finally {
          if (unlock.kind === 'keyFile') wipe(unlock.key);
        }
        if (made === null) return { unlock: 'passphrase', keyFile: null, step: passphraseStep(keyFile) };
        const { path, step } = made.install();
        keyFile = path;
        return { unlock: 'keyFile', keyFile: path, step };
      } finally {
        wipe(passphrase);
      }
    },
  };
}

function passphraseStep(keyFile: string | null): string | null {
  if (keyFile === null) return null;
  return (
    `From the next start on the passphrase unlocks: remove AMPOULE_KEY_FILE from the configuration. ` +
    `${keyFile} still opens older backups; keep it as long as you keep them.`
  );
}

function passphraseWrong(): StoreError {
  return new StoreError('PASSPHRASE_WRONG', 'The passphrase is wrong. Try again: run `ampoule vault unseal`.');
}

function passphraseMissing(): StoreError {
  const detail = 'a passphrase unlocks this vault, and none was given';
  return new StoreError('INVALID_INPUT', 'A passphrase is needed. Run `ampoule vault unseal`.', {
    problems: [{ pointer: '/passphrase', detail }],
  });
}

function wrongKey(wrap: WrapRow, keyFile: string | null): StoreError {
  if (wrap.kind === 'passphrase')
    return new StoreError(
      'WRONG_KEY',
      'A passphrase unlocks this vault, not a key file. Run `ampoule vault unseal` and remove AMPOULE_KEY_FILE.',
    );
  return new StoreError(
    'WRONG_KEY',
    keyFile === null
      ? 'A key file unlocks this vault, not a passphrase. Set AMPOULE_KEY_FILE.'
      : `The key in ${keyFile} is not the one of this vault. Name the right one with AMPOULE_KEY_FILE.`,
  );
}
