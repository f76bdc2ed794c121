/** The vault, tokens, audit and health, as they travel. */

import { type Static, Type } from 'typebox';
import {
  DeliveryChoice,
  DeliveryName,
  Duration,
  Name,
  nullable,
  Page,
  SandboxChange,
  SelectorText,
  strict,
  Time,
  text,
} from './shared.js';

const Passphrase = Type.String({ description: 'a passphrase of 1 to 1024 characters', minLength: 1, maxLength: 1024 });

export const UnsealBody = strict({ passphrase: Type.Optional(Passphrase) });
export const SealBody = strict({
  revoke: Type.Optional(Type.Boolean({ description: 'true to end everything that holds a value' })),
});
export const RekeyBody = Type.Union(
  [
    strict({ passphrase: Passphrase }),
    strict({
      keyFile: Type.String({ description: 'an absolute path of the host', pattern: '^/[^\\u0000]+$', maxLength: 4096 }),
    }),
  ],
  { description: '{"passphrase": …} or {"keyFile": PATH}' },
);
export type RekeyBody = Static<typeof RekeyBody>;
export const VaultAnswer = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum(['sealed', 'unsealed']),
    format: Type.Integer(),
    schema: Type.Integer(),
    epoch: Type.Integer(),
    keyId: Type.Integer(),
    publicKey: Type.String({ description: 'X25519, base64, for sealedValue = crypto_box_seal(value)' }),
    unlock: Type.Enum(['keyFile', 'passphrase']),
    createdAt: Type.String(),
    version: Type.String({ description: "the daemon's version" }),
    delivery: Type.Object(
      {
        configured: DeliveryChoice,
        resolved: DeliveryName,
        state: Type.Enum(['works', 'unavailable', 'probing', 'unasked']),
        reason: Type.Optional(Type.String({ description: 'why it is not memory' })),
      },
      { description: 'what a sandbox gets that asks for none; state: whether memory works here' },
    ),
    engine: Type.Object({ reachable: Type.Boolean() }),
    unrecorded: Type.Integer({ description: 'revocations in effect that could not be recorded yet' }),
    reencrypting: Type.Integer({ description: 'values that are still to be encrypted under the new data key' }),
  },
  { description: 'the state of the vault' },
);
export const SealAnswer = Type.Object({
  state: Type.Enum(['sealed', 'unsealed']),
  sandboxes: Type.Array(SandboxChange),
  notices: Type.Array(Type.String()),
});
export const RekeyAnswer = Type.Object({
  unlock: Type.Enum(['keyFile', 'passphrase']),
  keyFile: nullable(Type.String()),
  step: nullable(Type.String({ description: 'what the operator has to do next' })),
});

export const RotateAnswer = Type.Object({
  keyId: Type.Integer({ description: 'number of the data key that new versions are encrypted with' }),
  left: Type.Optional(
    Type.Integer({ description: 'values that are still to be encrypted under it; it goes on by itself' }),
  ),
  unreadable: Type.Optional(Type.Integer({ description: 'of these, values that were altered; their old key stays' })),
});
export const RotateBody = strict({
  reencrypt: Type.Optional(
    Type.Boolean({ description: 'true to encrypt what is there under the new key too, and erase the old ones' }),
  ),
});

const texts = (description: string) =>
  Type.Array(text(description, 512), { maxItems: 1000, description: `a list of ${description}s` });
export const AllowanceBody = strict({
  secrets: Type.Optional(Type.Array(SelectorText, { maxItems: 1000, description: 'a list of selectors' })),
  environments: Type.Optional(texts('environment')),
  images: Type.Optional(texts('pattern of images such as ghcr.io/acme/*')),
  privileges: Type.Optional(
    Type.Array(Type.Enum(['standard', 'strict', 'sudo'], { description: 'standard, strict or sudo' }), {
      maxItems: 3,
      description: 'a list of standard, strict, sudo',
    }),
  ),
  hostPaths: Type.Optional(texts('absolute path')),
  networks: Type.Optional(texts('Docker network')),
  publish: Type.Optional(texts('IP address')),
  maxSandboxes: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description: 'a number from 0 to 100000' })),
});
export const NewTokenBody = strict({
  kind: Type.Enum(['operator', 'launcher', 'agent', 'metrics'], {
    description: 'operator, launcher, agent or metrics',
  }),
  name: text('a name of at most 128 characters', 128),
  session: Type.Optional(Name),
  allow: Type.Optional(AllowanceBody),
  ttl: Type.Optional(Duration),
});
export type NewTokenBody = Static<typeof NewTokenBody>;
export const TokenParams = strict({ token: text('the id of a token, tok_…', 64) });
export const PageQuery = strict({ ...Page });
export const Token = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum(['operator', 'launcher', 'agent', 'metrics']),
    name: Type.String(),
    session: nullable(Type.String()),
    allow: nullable(
      Type.Object({
        secrets: Type.Optional(Type.Array(Type.String())),
        environments: Type.Optional(Type.Array(Type.String())),
        images: Type.Optional(Type.Array(Type.String())),
        privileges: Type.Optional(Type.Array(Type.String())),
        hostPaths: Type.Optional(Type.Array(Type.String())),
        networks: Type.Optional(Type.Array(Type.String())),
        publish: Type.Optional(Type.Array(Type.String())),
        maxSandboxes: Type.Optional(Type.Integer()),
      }),
    ),
    owner: nullable(Type.String()),
    createdAt: Type.String(),
    expiresAt: nullable(Type.String()),
    lastUsedAt: nullable(Type.String()),
    revokedAt: nullable(Type.String()),
    token: Type.Optional(Type.String({ description: 'the token itself, shown once' })),
  },
  { description: 'a token without its secret part' },
);

export const AuditQuery = strict({
  ...Page,
  action: Type.Optional(text('an action such as secret.create', 64)),
  target: Type.Optional(text('an id or name that was acted on', 300)),
  since: Type.Optional(Time),
});
export const AuditEntry = Type.Object({
  seq: Type.Integer(),
  at: Type.String(),
  caller: Type.String(),
  token: nullable(Type.String()),
  action: Type.String(),
  target: Type.String(),
  outcome: Type.Enum(['done', 'refused', 'failed']),
  detail: Type.Object({}, { additionalProperties: true }),
});
export const AuditVerdict = Type.Object({
  ok: Type.Boolean(),
  entries: Type.Integer(),
  problem: nullable(Type.Object({ seq: Type.Integer(), reason: Type.String() })),
});

export const Alive = Type.Object({ status: Type.Literal('alive'), version: Type.String() });
export const Ready = Type.Object({ status: Type.Literal('ready') });
