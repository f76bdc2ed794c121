/**
 * The keys of an unsealed vault, in memory only: encrypts and decrypts values, opens sealed boxes, makes MACs. Reads no row
 * and writes none; `wipe` seals. Which bytes are derived and authenticated is specified in store/README.md.
 */

import type { Keys, SealedRow } from './context.js';
import { StoreError } from './errors.js';
import {
  boxKeyPair,
  decrypt,
  digest,
  type Encrypted,
  encrypt,
  equal,
  frame,
  KEY_BYTES,
  type KeyPair,
  openBox,
  randomBytes,
  wipe,
  wipeScratch,
} from './seal.js';

/** Version of the on-disk format; part of everything that is authenticated. */
export const FORMAT = 1;

export interface WrappedDataKey extends Encrypted {
  id: number;
}
export interface Keyring extends Keys {
  /** Takes `root` over. Data keys that do not open are left out: only their values are lost. */
  unseal(root: Uint8Array, dataKeys: WrappedDataKey[], publicKey: Uint8Array): void;
  /** Takes over a data key that is on the disk: what is encrypted from now on is under it. */
  add(id: number, key: Uint8Array): void;
  /** Overwrites a data key that is on the disk no more. */
  forget(id: number): void;
  /** Overwrites every key. */
  wipe(): void;
  /** Hands the root key to `use`, which must not keep it. VAULT_SEALED. */
  withRoot<T>(use: (root: Uint8Array) => T): T;
}

interface Unsealed {
  root: Uint8Array;
  dataKeys: Map<number, Uint8Array>;
  newest: number;
  box: KeyPair;
  macs: Map<string, Uint8Array>;
}

/** A key for one purpose, derived from the root key. */
export function deriveKey(root: Uint8Array, vaultId: string, purpose: string): Uint8Array {
  return digest(frame('ampoule.key', FORMAT, vaultId, purpose), root);
}

/** A data key as it is stored. */
export function wrapDataKey(root: Uint8Array, vaultId: string, id: number, key: Uint8Array): WrappedDataKey {
  const wrapping = deriveKey(root, vaultId, 'dataKey');
  try {
    return { id, ...encrypt(wrapping, key, frame('ampoule.dataKey', FORMAT, vaultId, id)) };
  } finally {
    wipe(wrapping);
  }
}

/** The keys of a new vault: root key, public key of its X25519 pair, first data key as it is stored. */
export function newKeys(vaultId: string): { root: Uint8Array; publicKey: Uint8Array; dataKey: WrappedDataKey } {
  const root = randomBytes(KEY_BYTES);
  const first = randomBytes(KEY_BYTES);
  const dataKey = wrapDataKey(root, vaultId, 1, first);
  wipe(first);
  const pair = boxPair(root, vaultId);
  wipe(pair.privateKey);
  return { root, publicKey: pair.publicKey, dataKey };
}

function boxPair(root: Uint8Array, vaultId: string): KeyPair {
  const seed = deriveKey(root, vaultId, 'box');
  const pair = boxKeyPair(seed);
  wipe(seed);
  return pair;
}

/** A sealed keyring; `unseal` gives it its keys. */
export function makeKeyring(vaultId: string): Keyring {
  let keys: Unsealed | null = null;

  function unsealed(): Unsealed {
    if (keys === null)
      throw new StoreError('VAULT_SEALED', 'The vault is sealed: this needs its key. Run `ampoule vault unseal`.');
    return keys;
  }

  function about(secret: string, version: number, row: Omit<SealedRow, 'nonce' | 'ciphertext'>): Uint8Array {
    return frame('ampoule.value', FORMAT, vaultId, secret, version, row.keyId, row.size, row.createdAt, row.createdBy);
  }

  return {
    get state() {
      return keys === null ? 'sealed' : 'unsealed';
    },

    unseal(root, wrapped, publicKey) {
      const box = boxPair(root, vaultId);
      if (!equal(box.publicKey, publicKey)) {
        wipe(root, box.privateKey);
        throw new StoreError(
          'STORAGE_FAILED',
          'The public key of the vault was altered. Restore a backup: run `ampouled restore FILE`.',
        );
      }
      keys = { root, dataKeys: openDataKeys(root, vaultId, wrapped), newest: 0, box, macs: new Map() };
      keys.newest = Math.max(0, ...keys.dataKeys.keys());
    },

    add(id, key) {
      const { dataKeys } = unsealed();
      dataKeys.set(id, key);
      if (keys !== null) keys.newest = Math.max(keys.newest, id);
    },

    forget(id) {
      wipe(keys?.dataKeys.get(id));
      keys?.dataKeys.delete(id);
    },

    wipe() {
      if (keys !== null) wipe(keys.root, keys.box.privateKey, ...keys.dataKeys.values(), ...keys.macs.values());
      keys = null;
      wipeScratch();
    },

    withRoot(use) {
      return use(unsealed().root);
    },

    encrypt(secret, version, value, { createdAt, createdBy }) {
      const { dataKeys, newest } = unsealed();
      const key = dataKeys.get(newest);
      if (key === undefined) throw unreadable(secret, version);
      const row = { keyId: newest, size: value.length, createdAt, createdBy };
      return { ...row, ...encrypt(key, value, about(secret, version, row)) };
    },

    decrypt(secret, version, row) {
      const key = unsealed().dataKeys.get(row.keyId);
      const value = key === undefined ? null : decrypt(key, row, about(secret, version, row));
      if (value === null) throw unreadable(secret, version);
      return value;
    },

    openSealed(sealed) {
      const value = openBox(sealed, unsealed().box);
      if (value !== null) return value;
      throw new StoreError(
        'SEALED_VALUE_INVALID',
        'The sealed value was not made for this vault. Use crypto_box_seal with the publicKey that `ampoule vault status` shows.',
      );
    },

    mac(purpose, ...parts) {
      const { macs, root } = unsealed();
      const key = macs.get(purpose) ?? deriveKey(root, vaultId, purpose);
      macs.set(purpose, key);
      return digest(frame(...parts), key);
    },
  };
}

function openDataKeys(root: Uint8Array, vaultId: string, wrapped: WrappedDataKey[]): Map<number, Uint8Array> {
  const wrapping = deriveKey(root, vaultId, 'dataKey');
  const opened = new Map<number, Uint8Array>();
  for (const row of wrapped) {
    const key = decrypt(wrapping, row, frame('ampoule.dataKey', FORMAT, vaultId, row.id));
    if (key !== null) opened.set(row.id, key);
  }
  wipe(wrapping);
  return opened;
}

function unreadable(secret: string, version: number): StoreError {
  return new StoreError(
    'VALUE_UNREADABLE',
    `Version ${version} of ${secret} does not open: it was altered outside Ampoule. ` +
      `Register the value again: run \`ampoule secret set ${secret}\`.`,
  );
}
