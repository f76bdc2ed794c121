/** Builds a JSON body around a value that stays bytes: it becomes no string, so that the one copy can be wiped. */

import { isUtf8 } from 'node:buffer';

const SHORT: Record<number, string> = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' };

/** `object` with `value` as its member `name`, as UTF-8. null where `value` is no UTF-8, which JSON cannot hold. */
export function withValue(object: Record<string, unknown>, name: string, value: Uint8Array): Uint8Array | null {
  return isUtf8(value) ? withMember(object, name, quoted(value)) : null;
}

/** `object` with these as the members of its member `fields`; what is no UTF-8 as `{"base64": …}`. */
export function withFields(object: Record<string, unknown>, fields: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('{')];
  for (const [name, value] of fields) {
    parts.push(Buffer.from(`${parts.length === 1 ? '' : ','}${JSON.stringify(name)}:`));
    const base64 = () => JSON.stringify({ base64: Buffer.from(value).toString('base64') });
    parts.push(isUtf8(value) ? quoted(value) : Buffer.from(base64()));
  }
  parts.push(Buffer.from('}'));
  const whole = Buffer.concat(parts);
  for (const part of parts) part.fill(0);
  return withMember(object, 'fields', whole);
}

/** Wipes `json`, which it copies. */
function withMember(object: Record<string, unknown>, name: string, json: Uint8Array): Uint8Array {
  const rest = JSON.stringify(object).slice(1, -1);
  const head = Buffer.from(`{${rest}${rest === '' ? '' : ','}${JSON.stringify(name)}:`);
  const body = Buffer.concat([head, json, Buffer.from('}')]);
  json.fill(0);
  return body;
}

/** A text in quotes. */
function quoted(value: Uint8Array): Uint8Array {
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
