/** Schemas that several resources share. Descriptions are noun phrases: refusals say "Give …" with them. */

import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { DURATION_PATTERN } from '../duration.js';

/** An object that refuses what it does not know. */
export const strict = <P extends TProperties>(properties: P, options: { description?: string } = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });

export const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** Text without NUL, which Docker and SQLite treat as an end. */
export const text = (description: string, maxLength: number, minLength = 1) =>
  Type.String({ description, minLength, maxLength, pattern: '^[^\\u0000]*$' });

export const Duration = Type.String({
  description: 'a duration such as 90s, 20m, 24h or 7d',
  pattern: DURATION_PATTERN,
});
export const DurationOrNever = Type.String({
  description: 'a duration such as 90s, 20m, 24h or 7d, or never',
  pattern: `^never$|${DURATION_PATTERN}`,
});
export const Time = Type.String({
  description: 'a time in RFC 3339, such as 2030-01-31T12:00:00Z',
  format: 'date-time',
  maxLength: 64,
});
export const Variable = Type.String({
  description: 'the name of a variable: letters, digits and _, not beginning with a digit, at most 128',
  pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
});
export const SecretName = text('the name or id of a secret, such as GITHUB_TOKEN@work', 256);
export const SelectorText = text('a selector: NAME, provider[@account], *@account, tag:x or env:x', 256);
export const Name = text('a name of 1 to 63 characters of a-z, 0-9, _ and -', 256);
export const Base64 = (maxLength: number) =>
  Type.String({ description: 'standard base64 with padding', pattern: '^[A-Za-z0-9+/]*={0,2}$', maxLength });

export const DeliveryChoice = Type.Enum(['auto', 'memory', 'env'], { description: 'auto, memory or env' });
export const DeliveryName = Type.Enum(['memory', 'env']);

export const Page = {
  limit: Type.Optional(Type.Integer({ description: 'a whole number from 1 to 200', minimum: 1, maximum: 200 })),
  cursor: Type.Optional(text('`next` of the page before', 512)),
};
export const Wait = {
  wait: Type.Optional(
    Type.String({ description: 'a duration of at most 60s, or 0; 10s if left out', pattern: DURATION_PATTERN }),
  ),
};
/** Which page of a list. */
export const pageOf = (query: { limit?: number; cursor?: string }) => ({
  ...(query.limit === undefined ? {} : { limit: query.limit }),
  ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
});

export const list = <S extends TSchema>(item: S) =>
  Type.Object({ items: Type.Array(item), next: nullable(Type.String()) });

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'what was wrong, and what to do' }),
    code: Type.String({ description: 'a code of the error table' }),
    requestId: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
  },
  { description: 'a problem (RFC 9457)' },
);

export const SandboxChange = Type.Object({
  id: Type.String(),
  name: Type.String(),
  session: Type.String(),
  generation: Type.Integer(),
  state: Type.Enum(['applied', 'pending', 'failed']),
  code: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  empty: Type.Optional(Type.Literal(true, { description: 'it has no container, so that there was nothing to change' })),
  tookMs: Type.Integer(),
});
export const Change = Type.Object(
  {
    generation: Type.Optional(Type.Integer()),
    sandboxes: Type.Array(SandboxChange),
    notices: Type.Array(Type.String()),
  },
  { description: 'how far a change has come, in each sandbox that it concerns' },
);
export type ChangeAnswer = Static<typeof Change>;

/** Text as it is, or the bytes of what is no UTF-8. */
export const TextOrBytes = Type.Union([Type.String(), Type.Object({ base64: Type.String() })]);
