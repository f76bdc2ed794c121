/** Writes out every form in which a value may show up in output: raw and encoded, as bytes. Never matches anything itself. */

/** Values shorter than this would take ordinary words with them and are left alone. */
export const SHORTEST = 8;

const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const BASE64URL = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
const HEX = Buffer.from('0123456789abcdef');
const HEX_UPPER = Buffer.from('0123456789ABCDEF');
const [CR, LF, SPACE, PERCENT, PLUS, PAD, BACKSLASH] = [13, 10, 32, 37, 43, 61, 92];

/** How a form writes its value; `line`: one line of a value that has several. */
export type Encoding = 'raw' | 'line' | 'base64' | 'base64url' | 'hex' | 'url' | 'json';

/** One way in which a value may show up. */
export interface Form {
  bytes: Uint8Array;
  encoding: Encoding;
}

/**
 * All forms of one value, each a copy of its own that the caller wipes. Newlines at the end do not belong to a form:
 * programs drop or add them. Empty when the value is too short to be told from ordinary text.
 */
export function formsOf(value: Uint8Array): Uint8Array[] {
  return namedForms(value).map(({ bytes }) => bytes);
}

/** As `formsOf`, each with its encoding; bytes that two encodings share count as the first of them. */
export function namedForms(value: Uint8Array): Form[] {
  const core = withoutFinalNewlines(new Uint8Array(value.buffer, value.byteOffset, value.length));
  if (core.length < SHORTEST) return [];
  const as = (encoding: Encoding, ...all: Uint8Array[]): Form[] => all.map((bytes) => ({ bytes, encoding }));
  const hex = [HEX, HEX_UPPER].map((digits) => expand(core, (byte, out) => pushHex(out, byte, digits)));
  const [terminal, ...lines] = lineForms(core);
  const forms = [
    ...as('raw', core.slice(), ...(terminal === undefined ? [] : [terminal])),
    ...as('line', ...lines),
    ...as('base64', ...base64Forms(core, BASE64)),
    ...as('base64url', ...base64Forms(core, BASE64URL)),
    ...as('url', ...urlForms(core)),
    ...as('json', ...jsonForms(core)),
    ...as('hex', ...hex),
  ];
  return distinct(forms.filter(({ bytes }) => bytes.length >= SHORTEST));
}

/** Most values look the same in several encodings; copies are wiped. */
function distinct(forms: Form[]): Form[] {
  const kept: Form[] = [];
  for (const form of forms) {
    const same = ({ bytes }: Form) => bytes.length === form.bytes.length && Buffer.compare(bytes, form.bytes) === 0;
    if (kept.some(same)) form.bytes.fill(0);
    else kept.push(form);
  }
  return kept;
}

function withoutFinalNewlines(value: Uint8Array): Uint8Array {
  let end = value.length;
  while (end > 0 && (value[end - 1] === LF || value[end - 1] === CR)) end -= 1;
  return value.subarray(0, end);
}

/** As a terminal writes it (CR LF), and each line that is one long word, which indented output shows apart. */
function lineForms(value: Uint8Array): Uint8Array[] {
  if (!value.includes(LF)) return [];
  const forms = [
    expand(value, (byte, out) => {
      if (byte === LF) out.push(CR);
      out.push(byte);
    }),
  ];
  for (let start = 0; start < value.length; ) {
    const newline = value.indexOf(LF, start);
    const end = newline < 0 ? value.length : newline;
    const line = value.subarray(start, end);
    const word = line.every((byte) => byte > SPACE) && line.length >= 16;
    if (word && !Buffer.from(line.buffer, line.byteOffset, 5).equals(Buffer.from('-----'))) forms.push(line.slice());
    start = end + 1;
  }
  return forms;
}

/**
 * Base64 for each of the three places that the value may have in a longer text, without the characters that also
 * depend on its neighbours; and with the last characters as they are when the text ends with the value.
 */
function base64Forms(value: Uint8Array, alphabet: Uint8Array): Uint8Array[] {
  const forms: Uint8Array[] = [];
  for (const before of [0, 1, 2]) {
    const padded = new Uint8Array(before + value.length);
    padded.set(value, before);
    const text = base64(padded, alphabet);
    padded.fill(0);
    const from = [0, 2, 3][before] ?? 0;
    const whole = Math.floor((padded.length * 8) / 6);
    forms.push(text.slice(from, whole));
    const loose = Math.ceil((padded.length * 8) / 6);
    if (loose > whole) forms.push(text.slice(from, loose), text.slice(from));
    text.fill(0);
  }
  return forms;
}

function base64(bytes: Uint8Array, alphabet: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PAD);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const left = bytes.length - from;
    const word = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0);
    out[to] = alphabet[word >> 18] ?? 0;
    out[to + 1] = alphabet[(word >> 12) & 63] ?? 0;
    if (left > 1) out[to + 2] = alphabet[(word >> 6) & 63] ?? 0;
    if (left > 2) out[to + 3] = alphabet[word & 63] ?? 0;
  }
  return out;
}

/** Percent-encoded by the rules of JavaScript, RFC 3986, Python and HTML forms, in both cases of the digits. */
function urlForms(value: Uint8Array): Uint8Array[] {
  const rules = [
    { kept: "-_.!~*'()", plus: false },
    { kept: '-_.~', plus: false },
    { kept: '-_.~/', plus: false },
    { kept: '-_.~', plus: true },
    { kept: '*-._', plus: true },
  ];
  const forms: Uint8Array[] = [];
  for (const { kept, plus } of rules) {
    const safe = new Set(Buffer.from(kept));
    for (const digits of [HEX_UPPER, HEX]) {
      forms.push(
        expand(value, (byte, out) => {
          if (alphanumeric(byte) || safe.has(byte)) out.push(byte);
          else if (plus && byte === SPACE) out.push(PLUS);
          else {
            out.push(PERCENT);
            pushHex(out, byte, digits);
          }
        }),
      );
    }
  }
  return forms;
}

/** Inside a JSON string: plainly; as Go writes it (`<>&` escaped); pure ASCII; pure ASCII with `\/`, as PHP does. */
function jsonForms(value: Uint8Array): Uint8Array[] {
  const styles = [
    { escaped: '', ascii: false },
    { escaped: '<>&', ascii: false },
    { escaped: '', ascii: true },
    { escaped: '/', ascii: true },
  ];
  return styles.map(({ escaped, ascii }) => {
    const special = new Set(Buffer.from(escaped));
    return expand(value, (byte, out, at) => {
      const short = SHORT_ESCAPES.get(byte);
      if (short !== undefined) pushPair(out, BACKSLASH, short);
      else if (special.has(byte) && byte === 47) pushPair(out, BACKSLASH, byte);
      else if (byte < SPACE || special.has(byte)) pushUnicode(out, byte);
      else if (ascii && byte >= 0x80) pushCharacter(out, value, at);
      else out.push(byte);
    });
  });
}

const SHORT_ESCAPES = new Map([...Buffer.from('"\\')].map((byte) => [byte, byte]));
for (const [byte, letter] of [
  [8, 'b'],
  [9, 't'],
  [LF, 'n'],
  [12, 'f'],
  [CR, 'r'],
] as const)
  SHORT_ESCAPES.set(byte, letter.charCodeAt(0));

/** `\uXXXX` for the UTF-8 character whose first byte stands here; its other bytes write nothing. */
function pushCharacter(out: ByteSink, value: Uint8Array, at: number): void {
  const first = value[at] ?? 0;
  if (first < 0xc0) return;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  let point = first & (0xff >> (length + 1));
  for (let next = 1; next < length; next += 1) point = (point << 6) | ((value[at + next] ?? 0) & 0x3f);
  if (point < 0x10000) pushUnicode(out, point);
  else {
    pushUnicode(out, 0xd800 + ((point - 0x10000) >> 10));
    pushUnicode(out, 0xdc00 + ((point - 0x10000) & 0x3ff));
  }
}

function pushUnicode(out: ByteSink, unit: number): void {
  pushPair(out, BACKSLASH, 117);
  pushHex(out, unit >> 8, HEX);
  pushHex(out, unit & 0xff, HEX);
}

function pushHex(out: ByteSink, byte: number, digits: Uint8Array): void {
  pushPair(out, digits[byte >> 4] ?? 0, digits[byte & 15] ?? 0);
}

function pushPair(out: ByteSink, first: number, second: number): void {
  out.push(first);
  out.push(second);
}

function alphanumeric(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}

interface ByteSink {
  push(byte: number): void;
}

/** Maps bytes to bytes through a buffer that is wiped afterwards. One byte becomes at most twelve. */
function expand(value: Uint8Array, write: (byte: number, out: ByteSink, at: number) => void): Uint8Array {
  const room = new Uint8Array(value.length * 12);
  let length = 0;
  const sink = {
    push(byte: number) {
      room[length] = byte;
      length += 1;
    },
  };
  for (let at = 0; at < value.length; at += 1) write(value[at] ?? 0, sink, at);
  const out = room.slice(0, length);
  room.fill(0);
  return out;
}
