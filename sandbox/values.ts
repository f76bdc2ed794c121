/** Opens the values of a wish as text for Docker's `Config.Env`, the one place where a value becomes a string; wipes the bytes. */

import { SandboxError } from './errors.js';
import { SEALED } from './plan-refusals.js';
import type { ValueHandle } from './types.js';

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
