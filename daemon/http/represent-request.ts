/** A request as the API shows it. */

import type { Static } from 'typebox';
import type { ActivationRequest } from '../../store/index.js';
import { formatDuration, formatTime } from './duration.js';
import type { Request } from './schemas/requests.js';

export function requestAnswer(request: ActivationRequest): Static<typeof Request> {
  const { id, session, sessionName, action, state, askedBy, reason, text, ttl, acrossEnvironments, secrets } = request;
  const { createdAt, expiresAt, decidedBy, decidedAt, answer, grantedTtl } = request;
  return {
    ...{ id, session: sessionName, sessionId: session, action, state, askedBy, reason, acrossEnvironments },
    ...(text === null ? {} : { text }),
    ...(ttl === null ? {} : { ttl: formatDuration(ttl) }),
    secrets: secrets.map(({ name, as, granted }) => ({ name, ...(as === null ? {} : { as }), granted })),
    createdAt: formatTime(createdAt),
    expiresAt: formatTime(expiresAt),
    decidedBy,
    decidedAt: decidedAt === null ? null : formatTime(decidedAt),
    ...(answer === null ? {} : { answer }),
    ...(grantedTtl === null ? {} : { grantedTtl: formatDuration(grantedTtl) }),
  };
}
