/**
 * The vault's cryptography and the only file that knows libsodium: authenticated encryption, keyed digests, derived keys,
 * sealed boxes, random bytes, wiping. Knows no rows and no files. The bytes it makes are specified in store/README.md.
 */

import { randomFillSync } from 'node:crypto';
import sodium from 'libsodium-wrappers';

/** Bytes of every key, derived key, digest and MAC. */
export const KEY_BYTES = 32;
export const NONCE_BYTES = 24;
/** Bytes that encryption adds to a plaintext. */
export const TAG_BYTES = 16;

export interface Encrypted {
  nonce: Uint8Array;
  ciphertext: Uint8Array;
}
export interface KeyPair {
  publicKey: Uint8Array;
  privateKey: Uint8Array;
}

/** Resolves when the functions of this file may be called. */
export async function sealReady(): Promise<void> {
  await sodium.ready;
}

/** From the kernel's generator, by way of Node: libsodium's own takes seconds for a mebibyte here. */
export function randomBytes(count: number): Uint8Array {
  return randomFillSync(new Uint8Array(count));
}

/** Overwrites with zeros. */
export function wipe(...secrets: (Uint8Array | null | undefined)[]): void {
  for (const bytes of secrets) bytes?.fill(0);
}

/** libsodium's own memory, there once it is ready; its type declarations leave it out. */
interface WithScratch {
  libsodium?: { HEAPU8: Uint8Array; _malloc(bytes: number): number; _free(address: number): void };
}
const SCRATCH_BYTES = 1024 * 1024;

/**
 * Overwrites what libsodium's memory still holds of keys and values that passed through it. Between calls nothing of it is
 * in use, so one block of more than it ever needs lies where all of them lay.
 */
export function wipeScratch(): void {
  const { libsodium: scratch } = sodium as unknown as WithScratch;
  if (scratch === undefined) return;
  const address = scratch._malloc(SCRATCH_BYTES);
  if (address === 0) return;
  scratch.HEAPU8.fill(0, address, address + SCRATCH_BYTES);
  scratch._free(address);
}

/**
 * The one encoding of several parts into bytes: each part is its length (4 bytes, big endian) and its bytes; text is UTF-8,
 * numbers are decimal text. Two different lists never give the same bytes.
 */
export function frame(...parts: (string | number | Uint8Array)[]): Uint8Array {
  const encoded = parts.map((part) => (part instanceof Uint8Array ? part : Buffer.from(String(part), 'utf8')));
  const out = new Uint8Array(encoded.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const part of encoded) {
    view.setUint32(at, part.length);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

/** XChaCha20-Poly1305 under a random nonce. `about` is authenticated, not encrypted. */
export function encrypt(key: Uint8Array, plaintext: Uint8Array, about: Uint8Array): Encrypted {
  const nonce = randomBytes(NONCE_BYTES);
  return { nonce, ciphertext: sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, about, null, nonce, key) };
}

/** The plaintext, or null when key, nonce, ciphertext or `about` are not the ones of the encryption. */
export function decrypt(key: Uint8Array, { nonce, ciphertext }: Encrypted, about: Uint8Array): Uint8Array | null {
  if (nonce.length !== NONCE_BYTES || ciphertext.length < TAG_BYTES) return null;
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, ciphertext, about, nonce, key);
  } catch {
    return null;
  }
}

/** BLAKE2b with 32 bytes of output; with a key it is a MAC. */
export function digest(message: Uint8Array, key: Uint8Array | null = null): Uint8Array {
  return sodium.crypto_generichash(KEY_BYTES, message, key);
}

/** Compares in constant time. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && sodium.memcmp(one, other);
}

/** The X25519 key pair of a 32-byte seed (`crypto_box_seed_keypair`). */
export function boxKeyPair(seed: Uint8Array): KeyPair {
  const { publicKey, privateKey } = sodium.crypto_box_seed_keypair(seed);
  return { publicKey, privateKey };
}

/** Opens a `crypto_box_seal`; null when it was not made for this key. */
export function openBox(sealed: Uint8Array, pair: KeyPair): Uint8Array | null {
  if (sealed.length < sodium.crypto_box_SEALBYTES) return null;
  try {
    return sodium.crypto_box_seal_open(sealed, pair.publicKey, pair.privateKey);
  } catch {
    return null;
  }
}
