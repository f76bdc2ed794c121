/** Builds a JSON body around a value that stays bytes: it becomes no string, so that the one copy can be wiped. */

import { isUtf8 } from 'node:buffer';
import { jsonOf, quoted } from '../json-bytes.js';

/** `object` with `value` as its member `name`, as UTF-8. null where `value` is no UTF-8, which JSON cannot hold. */
export function withValue(object: Record<string, unknown>, name: string, value: Uint8Array): Uint8Array | null {
  return isUtf8(value) ? withMember(object, name, quoted(value)) : null;
}

/** `object` with these as the members of its member `fields`; what is no UTF-8 as `{"base64": …}`. */
export function withFields(object: Record<string, unknown>, fields: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('{')];
  for (const [name, value] of fields) {
    parts.push(Buffer.from(`${parts.length === 1 ? '' : ','}${JSON.stringify(name)}:`));
    parts.push(jsonOf(value));
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
