/** A value on its way in: text, base64, sealed, or raw bytes. Keeps no copy. */

import type { NewValue } from '../../store/index.js';
import { invalid } from '../errors.js';
import type { ValueBody } from './schemas/secrets.js';

/** The value of a JSON body; exactly one form. The caller wipes `plain`. */
export function newValueOf(body: ValueBody): NewValue {
  const { value, base64, sealedValue } = body;
  const given = [value, base64, sealedValue].filter((form) => form !== undefined);
  if (given.length !== 1) {
    const detail = `${given.length === 0 ? 'The value is missing' : 'There is more than one value'}. Send one of value, base64, sealedValue.`;
    throw invalid('/value', detail);
  }
  if (value !== undefined) return { plain: utf8Of(value, '/value') };
  if (base64 !== undefined) return { plain: bytesOf(base64, '/base64') };
  return { sealed: bytesOf(sealedValue ?? '', '/sealedValue') };
}

/** Overwrites what was plain. */
export function wipe(value: NewValue): void {
  if ('plain' in value) value.plain.fill(0);
}

/** Bytes of a text; half a surrogate pair has none and is refused, not replaced. */
export function utf8Of(text: string, pointer: string): Uint8Array {
  if (!/\p{Surrogate}/u.test(text)) return new TextEncoder().encode(text);
  const detail = 'The text holds half a character (a lone surrogate). Send the bytes as base64.';
  throw invalid(pointer, detail);
}

/** Bytes of standard base64 with padding. */
export function bytesOf(base64: string, pointer: string): Uint8Array {
  if (base64.length % 4 === 0 && Buffer.from(base64, 'base64').toString('base64') === base64) {
    return new Uint8Array(Buffer.from(base64, 'base64'));
  }
  const detail = 'This is no standard base64 with padding. Encode the bytes with `base64 -w0`.';
  throw invalid(pointer, detail);
}
