/** Says whether a body fits a schema, for the tests of the schemas. */

import type { TSchema } from 'typebox';
import { checkBody } from '../../../../daemon/http/validation.js';

/** Pointers of what is wrong; none: it fits. */
export function wrongIn(schema: TSchema, body: unknown): string[] {
  try {
    checkBody(schema, body);
    return [];
  } catch (error) {
    const { problems } = error as { problems: { pointer: string }[] };
    return problems.map(({ pointer }) => pointer);
  }
}
