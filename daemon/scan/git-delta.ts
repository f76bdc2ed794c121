/** Puts an object together from another one and git's instructions. Reads no pack; refuses what would be larger than allowed. */

/** What the delta says of itself: bytes of what it builds on, and of what it gives. null: no delta. */
export function deltaSizes(delta: Uint8Array): { base: number; result: number; at: number } | null {
  const base = lengthAt(delta, 0);
  const result = base && lengthAt(delta, base.at);
  return base && result && { base: base.value, result: result.value, at: result.at };
}

/** null: it does not fit its base, or gives more than `largest` bytes. */
export function applyDelta(base: Uint8Array, delta: Uint8Array, largest: number): Buffer | null {
  const sizes = deltaSizes(delta);
  if (sizes === null || sizes.base !== base.length || sizes.result > largest) return null;
  const out = Buffer.allocUnsafe(sizes.result);
  let to = 0;
  for (let at = sizes.at; at < delta.length; ) {
    const command = delta[at] ?? 0;
    at += 1;
    if (command === 0) return null;
    if ((command & 0x80) === 0) {
      if (at + command > delta.length || to + command > out.length) return null;
      out.set(delta.subarray(at, at + command), to);
      at += command;
      to += command;
      continue;
    }
    let offset = 0;
    let size = 0;
    for (let byte = 0; byte < 7; byte += 1) {
      if ((command & (1 << byte)) === 0) continue;
      const value = delta[at] ?? 0;
      at += 1;
      if (byte < 4) offset += value * 2 ** (8 * byte);
      else size += value * 2 ** (8 * (byte - 4));
    }
    if (size === 0) size = 0x10000;
    if (offset + size > base.length || to + size > out.length) return null;
    out.set(base.subarray(offset, offset + size), to);
    to += size;
  }
  return to === out.length ? out : null;
}

/** Seven bits a byte, lowest first. */
function lengthAt(bytes: Uint8Array, from: number): { value: number; at: number } | null {
  let value = 0;
  for (let at = from, factor = 1; at < bytes.length && factor <= 2 ** 42; at += 1, factor *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if ((byte & 0x80) === 0) return { value, at: at + 1 };
  }
  return null;
}
