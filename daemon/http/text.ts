/** Bytes as the API writes them: text where they are UTF-8, base64 where they are not, never altered. */

/** The text, or the bytes of what is none. */
export function textOrBytes(bytes: Uint8Array): string | { base64: string } {
  const text = decode(bytes);
  return text ?? { base64: base64Of(bytes) };
}

/** A part of a stream as `{data}` or `{base64}`. */
export function dataOf(bytes: Uint8Array): { data: string } | { base64: string } {
  const text = decode(bytes);
  return text === null ? { base64: base64Of(bytes) } : { data: text };
}

/** Cuts a stream of bytes where characters end, so that a part of a good text is good text. */
export function createCutter(): { push(chunk: Uint8Array): Uint8Array; end(): Uint8Array } {
  let held: Uint8Array = new Uint8Array(0);
  return {
    push(chunk) {
      const all = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const cut = all.length - unfinished(all);
      held = Uint8Array.from(all.subarray(cut));
      return all.subarray(0, cut);
    },
    end() {
      const rest = held;
      held = new Uint8Array(0);
      return rest;
    },
  };
}

/** Bytes at the end that begin a character and do not finish it: 0 to 3. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      if (byte < 0xc2 || byte > 0xf4) return 0; // begins nothing
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
