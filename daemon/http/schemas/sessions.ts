/** Sessions, their toggle table and activations, as they travel. */

import { type Static, Type } from 'typebox';
import {
  DeliveryChoice,
  Duration,
  DurationOrNever,
  Name,
  nullable,
  Page,
  SecretName,
  SelectorText,
  strict,
  text,
  Variable,
  Wait,
} from './shared.js';

const OnResume = Type.Enum(['require-activation', 'restore'], { description: 'require-activation or restore' });

const settings = {
  environment: Type.Optional(text('an environment such as staging', 64)),
  ttl: Type.Optional(Duration),
  idle: Type.Optional(DurationOrNever),
  onResume: Type.Optional(OnResume),
  delivery: Type.Optional(DeliveryChoice),
};
export const NewSessionBody = strict({ name: Type.Optional(Name), ...settings });
export type NewSessionBody = Static<typeof NewSessionBody>;
export const EnsureSessionBody = strict(settings);
export const SessionPatchBody = strict({
  name: Type.Optional(Name),
  ttl: Type.Optional(Duration),
  idle: Type.Optional(DurationOrNever),
  onResume: Type.Optional(OnResume),
  delivery: Type.Optional(DeliveryChoice),
});
export type SessionPatchBody = Static<typeof SessionPatchBody>;

export const SessionParams = strict({ session: Name });
export const SessionSecretParams = strict({ session: Name, name: SecretName });
export const State = Type.Optional(Type.Enum(['live', 'ended'], { description: 'live or ended' }));
export const SessionsQuery = strict({ ...Page, state: State });
export const WaitQuery = strict({ ...Wait });
export const EndQuery = strict({
  ...Wait,
  workspace: Type.Optional(Type.Enum(['keep', 'delete'], { description: 'keep or delete' })),
});

const AcrossEnvironments = Type.Optional(
  Type.Boolean({ description: 'true to take secrets of other environments than the session has' }),
);
export const ActivateBody = strict({
  as: Type.Optional(Variable),
  ttl: Type.Optional(Duration),
  acrossEnvironments: AcrossEnvironments,
});
export const Wish = Type.Union(
  [SecretName, strict({ name: SecretName, as: Type.Optional(Variable), ttl: Type.Optional(Duration) })],
  { description: 'NAME, or {"name": NAME, "as"?: VARIABLE, "ttl"?: "20m"}' },
);
export type Wish = Static<typeof Wish>;
export const SetBody = strict({
  active: Type.Array(Wish, { description: 'a list of at most 1000 secrets', maxItems: 1000 }),
  acrossEnvironments: AcrossEnvironments,
});

/** Which secrets are meant; filters are ANDed. */
export const Selection = {
  names: Type.Optional(
    Type.Array(SecretName, { description: 'a list of 1 to 1000 names', minItems: 1, maxItems: 1000 }),
  ),
  selectors: Type.Optional(
    Type.Array(SelectorText, { description: 'a list of 1 to 200 selectors', minItems: 1, maxItems: 200 }),
  ),
  provider: Type.Optional(text('the id of a provider, such as github', 64)),
  account: Type.Optional(text('an account', 256)),
  tag: Type.Optional(text('a tag', 63)),
  environment: Type.Optional(text('an environment', 64)),
  all: Type.Optional(Type.Literal(true, { description: 'true, for every secret' })),
};
export const GroupActivateBody = strict({
  ...Selection,
  ttl: Type.Optional(Duration),
  acrossEnvironments: AcrossEnvironments,
});
export const GroupDeactivateBody = strict(Selection);

export const Session = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    environment: nullable(Type.String()),
    state: Type.Enum(['live', 'ended']),
    owner: nullable(Type.String()),
    onResume: OnResume,
    delivery: DeliveryChoice,
    until: nullable(Type.String()),
    idle: nullable(Type.String()),
    lastUsedAt: Type.String(),
    generation: Type.Integer(),
    createdAt: Type.String(),
    endedAt: nullable(Type.String()),
    endReason: nullable(Type.String()),
  },
  { description: 'a period of work with its own set of active secrets' },
);
export const Toggle = Type.Object(
  {
    secret: Type.String({ description: "the secret's id" }),
    name: Type.String(),
    env: Type.String({ description: 'the variable it has, or would have, unless `as` is another' }),
    followers: Type.Array(Type.String(), { description: 'free variables that get, or would get, the same value' }),
    provider: nullable(Type.String()),
    account: nullable(Type.String()),
    environment: nullable(Type.String()),
    tags: Type.Array(Type.String()),
    sensitive: Type.Boolean(),
    active: Type.Boolean(),
    lapsed: Type.Boolean(),
    version: nullable(Type.Integer()),
    as: Type.Optional(Type.String({ description: 'the variable it has in this session, or had until it lapsed' })),
    until: Type.Optional(Type.String()),
    confirmedBy: Type.Optional(Type.String()),
    conflictsWith: Type.Optional(Type.Array(Type.String())),
  },
  { description: 'one row of the toggle table' },
);
export const ToggleTable = Type.Object({
  generation: Type.Integer(),
  items: Type.Array(Toggle),
  next: nullable(Type.String()),
});
