/** Builds a JSON body around a value that stays bytes: it becomes no string, so that the one copy can be wiped. */

import { isUtf8 } from 'node:buffer';

const SHORT: Record<number, string> = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' };

/** `object` with `value` as its member `name`, as UTF-8. null where `value` is no UTF-8, which JSON cannot hold. */
export function withValue(object: Record<string, unknown>, name: string, value: Uint8Array): Uint8Array | null {
  if (!isUtf8(value)) return null;
  const rest = JSON.stringify(object).slice(1, -1);
  const head = Buffer.from(`{${rest}${rest === '' ? '' : ','}${JSON.stringify(name)}:"`);
  const body = Buffer.alloc(head.length + escapedLength(value) + 2);
  head.copy(body);
  let at = head.length;
  for (const byte of value) {
    const escaped = escapeOf(byte);
    if (escaped === null) body[at++] = byte;
    else at += body.write(escaped, at);
  }
  body.write('"}', at);
  return body;
}

function escapedLength(value: Uint8Array): number {
  let length = 0;
  for (const byte of value) length += escapeOf(byte)?.length ?? 1;
  return length;
}

function escapeOf(byte: number): string | null {
  if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) return null;
  return SHORT[byte] ?? `\\u${byte.toString(16).padStart(4, '0')}`;
}
