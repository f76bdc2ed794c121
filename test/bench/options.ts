/** What the benchmark is asked for on its command line. Pure. */

import { parseArgs } from 'node:util';

export interface Options {
  quick: boolean;
  json: boolean;
  /** Beginnings of names; empty: all. */
  only: string[];
}

/** Throws an error that names the option which is not known. */
export function parse(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, only: { type: 'string' } },
  });
  return {
    quick: values.quick === true,
    json: values.json === true,
    only: (values.only ?? '').split(',').filter(Boolean),
  };
}
