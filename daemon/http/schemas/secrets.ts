/** Secrets, their values and versions, as they travel. */

import { type Static, Type } from 'typebox';
import { Base64, Duration, nullable, Page, SecretName, strict, Time, text, Variable, Wait } from './shared.js';

/** 128 KiB as base64, sealed with 48 bytes more; longer ones are the vault's to refuse by size. */
export const VALUE_TEXT = 512 * 1024;

const Tags = Type.Array(text('a tag of at most 63 characters', 63), {
  description: 'a list of at most 50 tags',
  maxItems: 50,
  uniqueItems: true,
});
const Description = text('a text of at most 1000 characters', 1000, 0);
const Provider = text('the id of a provider, such as github', 64);

const value = {
  value: Type.Optional(Type.String({ description: 'the value as text', maxLength: VALUE_TEXT })),
  base64: Type.Optional(Base64(VALUE_TEXT)),
  sealedValue: Type.Optional(Base64(VALUE_TEXT)),
};
/** One of the three is needed; which, the route says. */
export const ValueBody = strict(value);
export type ValueBody = Static<typeof ValueBody>;

/** What a new secret may have besides its name and value, and a bundle of them too. */
export const secretMembers = {
  description: Type.Optional(Description),
  tags: Type.Optional(Tags),
  account: Type.Optional(text('an account such as work', 256)),
  environment: Type.Optional(text('an environment such as staging', 64)),
  expiresAt: Type.Optional(Time),
  rotateEvery: Type.Optional(Duration),
};

export const NewSecretBody = strict({
  name: text('a name such as GITHUB_TOKEN, GITHUB_TOKEN@work or DATABASE_URL.staging', 256),
  ...value,
  ...secretMembers,
  provider: Type.Optional(Provider),
  env: Type.Optional(Variable),
  followers: Type.Optional(
    Type.Array(Variable, { description: 'variables that get the same value', maxItems: 8, uniqueItems: true }),
  ),
  as: Type.Optional(Type.Enum(['env', 'file'], { description: 'env or file' })),
  path: Type.Optional(text('an absolute path', 4096)),
  sensitive: Type.Optional(Type.Boolean({ description: 'true, or false for a variable that may be shown' })),
  allowReserved: Type.Optional(Type.Boolean({ description: 'true to take a name of the deny list' })),
});
export type NewSecretBody = Static<typeof NewSecretBody>;

export const SecretPatchBody = strict({
  description: Type.Optional(nullable(Description)),
  tags: Type.Optional(Tags),
  provider: Type.Optional(nullable(Provider)),
  sensitive: Type.Optional(Type.Boolean({ description: 'true, or false for a variable that may be shown' })),
  expiresAt: Type.Optional(nullable(Time)),
  rotateEvery: Type.Optional(nullable(Duration)),
});
export type SecretPatchBody = Static<typeof SecretPatchBody>;

export const RevealBody = strict({ reason: text('why the value is wanted, at most 500 characters', 500) });

export const SecretParams = strict({ name: SecretName });
export const VersionParams = strict({
  name: SecretName,
  version: Type.Integer({ description: 'the number of a version, from 1', minimum: 1, maximum: 2 ** 31 }),
});
export const RollbackBody = strict({
  version: Type.Integer({ description: 'the number of a version, from 1', minimum: 1, maximum: 2 ** 31 }),
});
export const SecretsQuery = strict({
  ...Page,
  provider: Type.Optional(Provider),
  account: Type.Optional(text('an account', 256)),
  environment: Type.Optional(text('an environment', 64)),
  tag: Type.Optional(text('a tag', 63)),
  q: Type.Optional(text('a part of a name or description', 128)),
  due: Type.Optional(Type.Boolean({ description: 'true for those whose rotation is due' })),
});
export const RotateQuery = strict({
  ...Wait,
  revoke: Type.Optional(Type.Boolean({ description: 'true to end what holds the old version' })),
});
export const DeleteQuery = strict({
  ...Wait,
  force: Type.Optional(Type.Boolean({ description: 'true to deactivate it everywhere first' })),
});

export const Secret = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    env: Type.String(),
    followers: Type.Array(Type.String(), { description: 'variables that get the same value' }),
    provider: nullable(Type.String()),
    account: nullable(Type.String()),
    login: nullable(Type.String()),
    environment: nullable(Type.String()),
    as: Type.Enum(['env', 'file']),
    path: nullable(Type.String()),
    sensitive: Type.Boolean(),
    description: nullable(Type.String()),
    tags: Type.Array(Type.String()),
    currentVersion: nullable(Type.Integer()),
    expiresAt: nullable(Type.String()),
    rotateEvery: nullable(Type.String()),
    dueAt: nullable(Type.String({ description: 'when it is due for rotation' })),
    due: Type.Boolean({ description: 'true: its rotation is due' }),
    dueSoon: Type.Boolean({ description: 'not due, but within a tenth of its interval, a week at most' }),
    leakedAt: nullable(
      Type.String({ description: 'when its value was reported as leaked, while it has no newer one' }),
    ),
    createdAt: Type.String(),
    updatedAt: Type.String(),
    deletedAt: nullable(Type.String()),
    connection: nullable(Type.String({ description: 'the connection that keeps its value fresh' })),
  },
  { description: 'a secret without its value' },
);
export const ShownSecret = Type.Object({
  ...Secret.properties,
  rotation: nullable(
    Type.Object(
      { page: Type.String(), steps: Type.Array(Type.String()) },
      { description: 'how its provider makes a new value; null where that is not known' },
    ),
  ),
});
export const RegisteredSecret = Type.Object({ ...Secret.properties, notices: Type.Array(Type.String()) });
export const SecretVersion = Type.Object({
  version: Type.Integer(),
  size: Type.Integer({ description: 'bytes of the value' }),
  keyId: Type.Integer(),
  createdAt: Type.String(),
  createdBy: Type.String(),
  destroyedAt: nullable(Type.String()),
});
export const Revealed = Type.Object({
  name: Type.String(),
  version: Type.Integer(),
  value: Type.Optional(Type.String()),
  base64: Type.Optional(Type.String()),
});
