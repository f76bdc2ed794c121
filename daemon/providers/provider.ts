/** What is known of a kind of service: its variables, what their values look like, how they are rotated. Data and types only. */

import { type Static, Type } from 'typebox';

const strict = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const Text = Type.String({ minLength: 1, maxLength: 1000 });
const Page = Type.String({ pattern: '^https://', maxLength: 300, description: 'a page of the vendor, https://…' });
const Environment = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$', description: "a variable's name" });
const Steps = strict({ page: Page, steps: Type.Array(Text, { minItems: 1, maxItems: 12 }) });

/** One variable of a provider. */
export const ProviderVariable = strict({
  env: Environment,
  /** May be left out. */
  optional: Type.Optional(Type.Boolean()),
  /** false: no secret, may be shown. */
  sensitive: Type.Optional(Type.Boolean()),
  /** Taken where none is given. */
  default: Type.Optional(Text),
  /** Taken where none is given, from a member of another one's JSON. */
  defaultFrom: Type.Optional(strict({ variable: Environment, member: Text })),
  /** Variables that get the same value, since programs read these. */
  followers: Type.Optional(Type.Array(Environment, { maxItems: 8, uniqueItems: true })),
  /** `file`: the value goes into a file, whose path the variable holds. */
  as: Type.Optional(Type.Literal('file')),
  /** The value is a JSON object with these members; null: of whatever value. */
  json: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]))),
  /** One of the variables with the same word here is needed, and only one. */
  oneOf: Type.Optional(Text),
  /** Regular expression of a value as a whole (with `^` and `$`). */
  pattern: Type.Optional(Text),
  /** What a value looks like, in words: "a token that begins with ghp_". */
  expected: Text,
  /** Where the vendor says so. */
  source: Page,
});
export type ProviderVariable = Static<typeof ProviderVariable>;

/** A request that a working key gets an answer to. `{NAME}` stands for a variable's value. */
export const ProviderCheck = strict({
  base: Page,
  path: Type.String({ pattern: '^/' }),
  header: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z0-9-]+$' }), Text)),
  /** Name and password of HTTP's basic authentication. */
  basic: Type.Optional(Type.Tuple([Type.String(), Type.String()])),
  /** Statuses of a key that works. */
  good: Type.Array(Type.Integer(), { minItems: 1 }),
  /** Statuses of a key that is wrong, expired or revoked. */
  wrong: Type.Array(Type.Integer(), { minItems: 1 }),
  /** Header of the answer that lists what the key may do. */
  scopes: Type.Optional(Text),
  source: Page,
});
export type ProviderCheck = Static<typeof ProviderCheck>;

export const Provider = strict({
  id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' }),
  name: Text,
  kind: Type.Enum(['cloud', 'source', 'identity', 'database', 'ai', 'payments', 'email', 'other']),
  /** What people call it besides its id and name, in lower case. */
  words: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9 .-]*$' }), { maxItems: 20 }),
  variables: Type.Array(ProviderVariable, { minItems: 1, maxItems: 40 }),
  /** How to get a new value at the vendor. */
  rotate: Steps,
  /** How to make a value worthless at the vendor. */
  revoke: Steps,
  /** The least that a key needs to be allowed. */
  scopes: strict({ page: Page, least: Type.Array(Text, { minItems: 1, maxItems: 12 }) }),
  check: Type.Optional(ProviderCheck),
});
export type Provider = Static<typeof Provider>;
