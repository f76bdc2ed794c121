/**
 * The head of an HTTP/1.1 request as bytes, values put in where templates name them. No value becomes a string, which nobody
 * could wipe; a value that would end a header is refused.
 */

/** A value cannot stand in a request: its bytes are no visible characters. `variable` says which. */
export class UnfitValue extends Error {
  override readonly name = 'UnfitValue';
  readonly variable: string;

  constructor(variable: string) {
    super(`${variable} has characters that no header may have`);
    this.variable = variable;
  }
}

export interface RequestParts {
  host: string;
  /** Templates: `{NAME}` stands for a value. */
  path: string;
  header: Readonly<Record<string, string>>;
  basic: readonly [string, string] | null;
  userAgent: string;
}

/** @param value bytes of a variable; read, and not kept. @returns bytes that the caller wipes. Throws UnfitValue. */
export function requestBytes(parts: RequestParts, value: (variable: string) => Uint8Array): Buffer {
  const text = (line: string): Buffer => Buffer.from(line, 'latin1');
  return joined((pieces) => {
    pieces.push(text('GET '));
    pieces.push(filled(parts.path, (name) => encoded(value(name))));
    pieces.push(text(` HTTP/1.1\r\nhost: ${parts.host}\r\nuser-agent: ${parts.userAgent}\r\nconnection: close\r\n`));
    for (const [name, template] of Object.entries(parts.header)) {
      pieces.push(text(`${name}: `));
      pieces.push(filled(template, (variable) => visible(variable, value(variable))));
      pieces.push(text('\r\n'));
    }
    if (parts.basic !== null) pieces.push(text('authorization: Basic '), basic(parts.basic, value), text('\r\n'));
    pieces.push(text('\r\n'));
  });
}

function basic([user, password]: readonly [string, string], value: (variable: string) => Uint8Array): Buffer {
  const plain = (name: string): Buffer => Buffer.from(value(name));
  const both = joined((pieces) => {
    pieces.push(filled(user, plain));
    pieces.push(Buffer.from(':'), filled(password, plain));
  });
  try {
    return base64(both);
  } finally {
    both.fill(0);
  }
}

/** The template with values in place of `{NAME}`; what `bytes` gives is wiped. */
function filled(template: string, bytes: (variable: string) => Buffer): Buffer {
  return joined((pieces) => {
    for (const [at, piece] of template.split(/\{([A-Za-z_][A-Za-z0-9_]*)\}/).entries())
      pieces.push(at % 2 === 1 ? bytes(piece) : Buffer.from(piece, 'latin1'));
  });
}

/** What `fill` puts in, as one; the pieces are wiped, also those before one that is refused. */
function joined(fill: (pieces: Buffer[]) => void): Buffer {
  const pieces: Buffer[] = [];
  try {
    fill(pieces);
    return Buffer.concat(pieces);
  } finally {
    for (const piece of pieces) piece.fill(0);
  }
}

function visible(variable: string, value: Uint8Array): Buffer {
  if (value.length === 0 || value.some((byte) => byte < 0x21 || byte === 0x7f)) throw new UnfitValue(variable);
  return Buffer.from(value);
}

const HEX = Buffer.from('0123456789ABCDEF');

/** Percent-encoded but for what is unreserved (RFC 3986, 2.3). */
function encoded(value: Uint8Array): Buffer {
  const out = Buffer.alloc(value.length * 3);
  let length = 0;
  for (const byte of value) {
    const letter = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
    if (letter || [0x2d, 0x2e, 0x5f, 0x7e].includes(byte)) out[length++] = byte;
    else {
      out[length++] = 0x25;
      out[length++] = HEX[byte >> 4] ?? 0;
      out[length++] = HEX[byte & 15] ?? 0;
    }
  }
  const whole = Buffer.from(out.subarray(0, length));
  out.fill(0);
  return whole;
}

const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

/** Standard base64, without a string on the way. */
function base64(bytes: Uint8Array): Buffer {
  const out = Buffer.alloc(Math.ceil(bytes.length / 3) * 4, 0x3d);
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const [one = 0, two = 0, three = 0] = bytes.subarray(at, at + 3);
    const left = bytes.length - at;
    out[to] = ALPHABET[one >> 2] ?? 0;
    out[to + 1] = ALPHABET[((one & 3) << 4) | (two >> 4)] ?? 0;
    if (left > 1) out[to + 2] = ALPHABET[((two & 15) << 2) | (three >> 6)] ?? 0;
    if (left > 2) out[to + 3] = ALPHABET[three & 63] ?? 0;
  }
  return out;
}
