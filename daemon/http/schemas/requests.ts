/** Requests for a change of what is active, as they travel. */

import { type Static, Type } from 'typebox';
import { Selection } from './sessions.js';
import { Change, Duration, nullable, Page, SecretName, strict, text, Variable, Wait } from './shared.js';

const Reason = text('one line of plain text, at most 500 characters', 500);

export const AskBody = strict({
  ...Selection,
  action: Type.Optional(Type.Enum(['activate', 'deactivate'], { description: 'activate (if left out) or deactivate' })),
  as: Type.Optional(Variable),
  reason: Reason,
  ttl: Type.Optional(Duration),
  acrossEnvironments: Type.Optional(
    Type.Boolean({ description: 'true to ask for secrets of other environments than the session has' }),
  ),
});
export type AskBody = Static<typeof AskBody>;

export const RequestParams = strict({ request: text('the id of a request', 64) });
export const RequestsQuery = strict({
  ...Page,
  state: Type.Optional(
    Type.Enum(['pending', 'approved', 'denied', 'expired', 'withdrawn'], {
      description: 'pending, approved, denied, expired or withdrawn',
    }),
  ),
  session: Type.Optional(text('the name or id of a session', 256)),
});
/** `wait`: until it is decided. */
export const RequestQuery = strict({ ...Wait });
export const ApproveBody = strict({
  names: Type.Optional(
    Type.Array(SecretName, { description: 'those of the names that are granted', minItems: 1, maxItems: 1000 }),
  ),
  ttl: Type.Optional(Duration),
});
export const DenyBody = strict({
  reason: Type.Optional(text('one line of plain text, at most 500 characters', 500, 0)),
});

const members = {
  id: Type.String(),
  session: Type.String({ description: "the session's name" }),
  sessionId: Type.String(),
  action: Type.Enum(['activate', 'deactivate']),
  state: Type.Enum(['pending', 'approved', 'denied', 'expired', 'withdrawn']),
  askedBy: Type.String(),
  reason: Type.String(),
  text: Type.Optional(Type.String({ description: 'the words that it was understood from' })),
  ttl: Type.Optional(Type.String()),
  acrossEnvironments: Type.Boolean(),
  secrets: Type.Array(
    Type.Object({
      name: Type.String(),
      as: Type.Optional(Type.String({ description: 'the variable it is wanted as' })),
      granted: nullable(Type.Boolean()),
    }),
  ),
  createdAt: Type.String(),
  expiresAt: Type.String({ description: 'nobody can decide on it after this' }),
  decidedBy: nullable(Type.String()),
  decidedAt: nullable(Type.String()),
  answer: Type.Optional(Type.String({ description: 'why it was denied, or what ended it' })),
  grantedTtl: Type.Optional(Type.String()),
};
export const Request = Type.Object(members, { description: 'a change that waits for a person, or was decided on' });
export const Asked = Type.Object({ ...members, notices: Type.Array(Type.String()) });
export const Approved = Type.Object({ request: Request, ...Change.properties });
