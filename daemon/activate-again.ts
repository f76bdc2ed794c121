/** The commands that activate again what has lapsed, each as it was. Runs none of them. */

/** A secret that was active in a session; `as`: under this variable instead of its own. */
export interface Lapsed {
  name: string;
  as?: string | null;
}
/** Secrets that one command activates. */
export interface Again {
  /** For a sentence: `A, B`, or `C (as D)`. */
  names: string;
  command: string;
}

/** One command for all that had their own variables, and one for each that had another. */
export function activateAgain(session: string, lapsed: readonly Lapsed[]): Again[] {
  const plain = lapsed.filter(({ as }) => as === undefined || as === null).map(({ name }) => name);
  const together = { names: plain.join(', '), command: `ampoule activate ${plain.join(' ')} --session ${session}` };
  const apart = lapsed.flatMap(({ name, as }) =>
    as === undefined || as === null
      ? []
      : [{ names: `${name} (as ${as})`, command: `ampoule activate ${name} --as ${as} --session ${session}` }],
  );
  return plain.length === 0 ? apart : [together, ...apart];
}
