/** Values as JSON without a string on the way, so that the one copy can be wiped. Knows nothing of what they are for. */

import { isUtf8 } from 'node:buffer';

const SHORT: Record<number, string> = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' };

/** A text, or `{"base64": …}` for what is no UTF-8. */
export function jsonOf(value: Uint8Array): Uint8Array {
  if (isUtf8(value)) return quoted(value);
  return Buffer.from(JSON.stringify({ base64: Buffer.from(value).toString('base64') }));
}

/**
 * One JSON object from members that are JSON already; wipes those that are bytes.
 * @param members name → JSON as bytes, or anything that JSON.stringify takes.
 */
export function objectOf(members: Iterable<readonly [string, Uint8Array | { plain: unknown }]>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, member] of members) {
    parts.push(Buffer.from(`${parts.length === 0 ? '{' : ','}${JSON.stringify(name)}:`));
    parts.push(member instanceof Uint8Array ? member : Buffer.from(JSON.stringify(member.plain)));
  }
  const whole = Buffer.concat([...(parts.length === 0 ? [Buffer.from('{')] : parts), Buffer.from('}')]);
  for (const part of parts) part.fill(0);
  return whole;
}

/** UTF-8 as a JSON text, in quotes. */
export function quoted(value: Uint8Array): Uint8Array {
  const text = Buffer.alloc(escapedLength(value) + 2);
  let at = text.write('"');
  for (const byte of value) {
    const escaped = escapeOf(byte);
    if (escaped === null) text[at++] = byte;
    else at += text.write(escaped, at);
  }
  text.write('"', at);
  return text;
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
