/** Opens the values of a wish: as bytes for an init, or as text for Docker's `Config.Env`, the one place where one becomes a string. */

import { SandboxError } from '../errors.js';
import type { ValueHandle } from '../types.js';
import { SEALED } from './refusals.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws VALUE_NOT_UTF8 (Docker would alter the value) and WISH_SEALED (the vault was sealed meanwhile). */
export function openValues(values: ValueHandle[]): Map<string, string> {
  const opened = new Map<string, string>();
  for (const value of values) opened.set(value.env, textOf(value));
  return opened;
}

function textOf(value: ValueHandle): string {
  const bytes = open(value);
  try {
    if (bytes.includes(0)) throw unfit(value, 'holds a NUL byte');
    try {
      return decoder.decode(bytes);
    } catch {
      throw unfit(value, 'is no UTF-8');
    }
  } finally {
    bytes.fill(0);
  }
}

/**
 * Bytes of a value for an init; null while the vault is sealed. Whoever called wipes them. Throws VALUE_NOT_UTF8 for a NUL,
 * which no variable can hold.
 */
export function openOrNull(value: ValueHandle): Uint8Array | null {
  let bytes: Uint8Array;
  try {
    bytes = open(value);
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'WISH_SEALED') return null;
    throw error;
  }
  if (value.as === 'file' || !bytes.includes(0)) return bytes;
  bytes.fill(0);
  throw new SandboxError(
    'VALUE_NOT_UTF8',
    `The value of ${value.name} holds a NUL byte, which no variable can hold. Activate it as a file, or store it in another form, such as base64, with \`ampoule secret set ${value.name}\`.`,
  );
}

function open(value: ValueHandle): Uint8Array {
  try {
    return value.open();
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'VAULT_SEALED') throw sealed();
    throw cause;
  }
}

function unfit(value: ValueHandle, what: string): SandboxError {
  return new SandboxError(
    'VALUE_NOT_UTF8',
    `The value of ${value.name} ${what}, and env delivery cannot carry that. Store it in another form, such as base64, with \`ampoule secret set ${value.name}\`, or deactivate it.`,
  );
}

/** The refusal of whatever needs values while there is no key. */
export function sealed(): SandboxError {
  return new SandboxError(SEALED.code, SEALED.message, { retry: SEALED.retry });
}
