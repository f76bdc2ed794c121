/** Which of some names somebody may have meant who typed another. Knows no name of its own. */

/** The names that are nearest to what was typed, where any is near at all. @param most edits that still count as near */
export function nearest(
  word: string,
  names: readonly string[],
  most = Math.max(1, Math.floor(word.length / 2)),
): string[] {
  const ranked = names.map((name) => ({ name, distance: distance(word, name) }));
  const best = Math.min(most, ...ranked.map((one) => one.distance));
  return ranked.filter((one) => one.distance === best).map(({ name }) => name);
}

/** Edits from one word to another, two letters that changed places being one. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const turned = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(change, turned, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
