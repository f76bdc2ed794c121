/** Makes a text of somebody else harmless to show: no control or direction characters, cut to a length. Knows no value. */

/** Controls, line separators, and what changes the direction or hides in a text; lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** What is no UTF-8 becomes U+FFFD, each character that cannot be seen `\x1b` or `\u202e`. @param most characters */
export function neutral(bytes: Uint8Array, most: number): string {
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, most * 4));
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(view);
  const shown = text.replace(UNSEEN, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return point < 0x100 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`;
  });
  const characters = [...shown];
  return characters.length <= most && view.length === bytes.length
    ? shown
    : `${characters.slice(0, most - 1).join('')}…`;
}
