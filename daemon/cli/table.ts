/** Lays rows out as aligned columns and makes times and sizes short. Writes nothing. */

/** What a terminal would do with these is not for a server's text to decide: controls, and what turns or hides text. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

/** Text with what could steer the terminal shown as escapes, so that a name or a reason reads as it is. */
export function printable(text: string): string {
  return text.replace(STEERING, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return code > 0xff ? `\\u{${hex}}` : `\\x${hex.padStart(2, '0')}`;
  });
}

/** The beginning of a text that is longer than a line of a table should be. */
export function shortened(text: string, longest: number): string {
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}

/** Rows under their titles, columns two spaces apart, nothing after the last. An empty cell becomes `-`. */
export function table(titles: string[], rows: (string | number | null | undefined)[][]): string {
  const cells = [titles, ...rows.map((row) => row.map(cell))];
  const widths = titles.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name  value` lines; rows whose value is undefined are left out. */
export function fields(rows: [string, string | number | null | undefined][]): string {
  const shown = rows.filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`).join('\n');
}

function cell(value: string | number | null | undefined): string {
  const text = value === null || value === undefined ? '' : printable(String(value));
  return text === '' ? '-' : text;
}

/** `2026-03-01 14:05:09` in UTC, as the API's times are. */
export function time(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : text.slice(0, 19).replace('T', ' ');
}

export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let count = bytes;
  for (; count >= 1024 && unit < units.length - 1; unit++) count /= 1024;
  return `${Number(count.toFixed(1))} ${units[unit]}`;
}
