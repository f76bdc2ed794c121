/** The shapes in which a value may lie somewhere, and finding them in bytes. Pure. */

/** One shape of one value. */
export interface Pattern {
  /** Name of the value, never the value. */
  value: string;
  form: string;
  bytes: Buffer;
}

/** Shorter patterns are found by chance. */
const SHORTEST = 6;

/** Every shape that a value is searched in: raw, base64 and base64url at three alignments, hex, URL, JSON. */
export function patternsOf(name: string, value: Uint8Array | string): Pattern[] {
  const bytes = Buffer.from(value);
  if (bytes.length < SHORTEST) throw new Error(`The value of ${name} is too short to be searched for.`);
  const forms: [string, Buffer][] = [
    ['raw', bytes],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
  ];
  for (const shift of [0, 1, 2]) {
    const text = aligned(bytes, shift);
    forms.push([`base64+${shift}`, Buffer.from(text)]);
    forms.push([`base64url+${shift}`, Buffer.from(text.replaceAll('+', '-').replaceAll('/', '_'))]);
  }
  forms.push(['url', Buffer.from(percent(bytes, /[A-Za-z0-9\-_.~]/))]);
  forms.push(['url component', Buffer.from(percent(bytes, /[A-Za-z0-9\-_.!~*'()]/))]);
  if (Buffer.from(bytes.toString('utf8')).equals(bytes)) {
    const json = JSON.stringify(bytes.toString('utf8')).slice(1, -1);
    forms.push(['json', Buffer.from(json)]);
    // As Go writes JSON.
    const go = json.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
    forms.push(['go json', Buffer.from(go)]);
  }
  const seen = new Set<string>();
  return forms
    .filter(
      ([, form]) => form.length >= SHORTEST && !seen.has(form.toString('latin1')) && seen.add(form.toString('latin1')),
    )
    .map(([form, found]) => ({ value: name, form, bytes: found }));
}

/** The characters of base64 that depend on these bytes alone when they begin `shift` bytes into a group of three. */
function aligned(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  return text.slice(first, last);
}

function percent(bytes: Buffer, plain: RegExp): string {
  return [...bytes]
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      return byte < 128 && plain.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** The patterns that occur in these bytes. */
export function found(bytes: Uint8Array, patterns: readonly Pattern[]): Pattern[] {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return patterns.filter((pattern) => haystack.includes(pattern.bytes));
}
