/** Reads a file of data, of the daemon's own or of an operator, and says what in it does not fit its schema. Knows no content. */

import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { Static, TSchema } from 'typebox';

/** @param wrong makes the error from what is the matter, a clause. */
export type DataReader<T> = (file: string, wrong: (what: string) => Error) => T;

export function dataReader<S extends TSchema>(schema: S): DataReader<Static<S>> {
  const check = new Ajv({ allErrors: true, strictTypes: false, strictTuples: false }).compile<Static<S>>(schema);
  return (file, wrong) => {
    let json: unknown;
    try {
      json = JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      throw wrong('it is not JSON');
    }
    if (check(json)) return json;
    const [first] = check.errors ?? [];
    const extra: unknown = first?.params.additionalProperty;
    const where = `${first?.instancePath ?? ''}${typeof extra === 'string' ? `/${extra}` : ''}`;
    throw wrong(`${where === '' ? 'it' : where} ${first?.message ?? 'does not fit'}`);
  };
}
