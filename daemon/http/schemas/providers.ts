/** Providers and bundles of their secrets, as they travel. */

import { type Static, Type } from 'typebox';
import { Provider as Whole } from '../../providers/provider.js';
import { RotateQuery, Secret, secretMembers, VALUE_TEXT } from './secrets.js';
import { Base64, Change, strict, text, Variable } from './shared.js';

export const ProviderParams = strict({ provider: text('the id of a provider, such as github', 64) });

/** As the catalogue has it, less the check, which is the daemon's own. */
export const Provider = Type.Object(
  {
    ...{
      id: Whole.properties.id,
      name: Whole.properties.name,
      kind: Whole.properties.kind,
      words: Whole.properties.words,
    },
    variables: Type.Array(
      Type.Object({
        env: Type.String(),
        required: Type.Boolean({ description: 'false: it may be left out, or has a default' }),
        sensitive: Type.Boolean({ description: 'false: a variable that may be shown' }),
        default: Type.Optional(Type.String()),
        oneOf: Type.Optional(Type.String({ description: 'exactly one of those with the same word is needed' })),
        followers: Type.Array(Type.String(), { description: 'variables that get the same value' }),
        as: Type.Enum(['env', 'file'], { description: 'file: the variable holds the path of a file with the value' }),
        expected: Type.String({ description: 'what a value looks like' }),
        source: Type.String({ description: "the vendor's page" }),
      }),
    ),
    ...{ rotate: Whole.properties.rotate, revoke: Whole.properties.revoke, scopes: Whole.properties.scopes },
    checkable: Type.Boolean({ description: 'its keys can be tried at the vendor' }),
  },
  { description: 'a kind of service, with its variables' },
);

const FieldValue = Type.Union(
  [
    Type.String({ maxLength: VALUE_TEXT }),
    strict({ base64: Base64(VALUE_TEXT) }),
    strict({ sealedValue: Base64(VALUE_TEXT) }),
  ],
  { description: 'the value as text, {"base64": …} or {"sealedValue": …}' },
);
export const RegisterBody = strict({
  account: secretMembers.account,
  environment: secretMembers.environment,
  fields: Type.Record(Variable, FieldValue, { description: "values by the provider's variables", maxProperties: 40 }),
  ...{ description: secretMembers.description, tags: secretMembers.tags },
  ...{ expiresAt: secretMembers.expiresAt, rotateEvery: secretMembers.rotateEvery },
  force: Type.Optional(Type.Boolean({ description: 'true to store values that do not look right' })),
  rotate: Type.Optional(Type.Boolean({ description: 'true to store new values of those that are registered' })),
});
export type RegisterBody = Static<typeof RegisterBody>;
export const RegisterQuery = RotateQuery;

export const RegisteredBundle = Type.Object({
  provider: Type.String(),
  items: Type.Array(Secret),
  created: Type.Array(Type.String(), { description: 'names' }),
  rotated: Type.Array(Type.String(), { description: 'names' }),
  ...Change.properties,
});
