/** The lines with which a batch of test files says how far it is: `# BEGIN file`, `# END {…}`. Pure. */

/** What is said of a file at its end. */
export interface Ending {
  file: string;
  pass: number;
  fail: number;
  /** With those that are still to be written. */
  skip: number;
  /** What keeps the process alive, or is not as it was before the file. */
  left: string[];
}

/** The newline before it ends whatever the file wrote last. */
export function beginLine(file: string): string {
  return `\n# BEGIN ${file}`;
}

export function endLine(ending: Ending): string {
  return `\n# END ${JSON.stringify(ending)}`;
}

/** What an ending says; null for any other line. */
export function endingOf(line: string): Ending | null {
  return line.startsWith('# END {') ? JSON.parse(line.slice('# END '.length)) : null;
}

/** In order, at most `most` of one directory together. */
export function batchesOf(files: readonly string[], most: number): string[][] {
  const batches: string[][] = [];
  let directory = '';
  for (const file of files) {
    const at = file.slice(0, file.lastIndexOf('/') + 1);
    const last = batches.at(-1);
    if (last === undefined || at !== directory || last.length === most) batches.push([file]);
    else last.push(file);
    directory = at;
  }
  return batches;
}
