/** Rows of the vault as the API shows them: times in RFC 3339, durations as text. Opens no value. */

import type { Static } from 'typebox';
import {
  type AuditEntry,
  type Secret,
  type SecretVersion,
  type Session,
  soonBefore,
  type Toggle,
  type Token,
} from '../../store/index.js';
import type { Provider } from '../providers/provider.js';
import { formatDuration, formatTime } from './duration.js';
import type { Provider as ProviderSchema } from './schemas/providers.js';
import type { Secret as SecretSchema, SecretVersion as VersionSchema } from './schemas/secrets.js';
import type { Session as SessionSchema, Toggle as ToggleSchema } from './schemas/sessions.js';
import type { AuditEntry as AuditSchema, Token as TokenSchema } from './schemas/vault.js';

const time = (ms: number | null): string | null => (ms === null ? null : formatTime(ms));
const duration = (ms: number | null): string | null => (ms === null ? null : formatDuration(ms));

export function secretAnswer({ rotatedAt, ...secret }: Secret, now = Date.now()): Static<typeof SecretSchema> {
  const dueAt = secret.rotateEvery === null ? null : rotatedAt + secret.rotateEvery;
  return {
    ...secret,
    dueAt: time(dueAt),
    due: dueAt !== null && dueAt <= now,
    dueSoon: dueAt !== null && dueAt > now && dueAt - soonBefore(secret.rotateEvery ?? 0) <= now,
    expiresAt: time(secret.expiresAt),
    rotateEvery: duration(secret.rotateEvery),
    leakedAt: time(secret.leakedAt),
    createdAt: formatTime(secret.createdAt),
    updatedAt: formatTime(secret.updatedAt),
    deletedAt: time(secret.deletedAt),
  };
}

export function providerAnswer(provider: Provider): Static<typeof ProviderSchema> {
  const { check, variables, ...rest } = provider;
  return {
    ...rest,
    variables: variables.map(
      ({ env, optional, sensitive = true, default: usual, oneOf, followers = [], as, ...more }) => ({
        env,
        required: optional !== true && usual === undefined && oneOf === undefined && more.defaultFrom === undefined,
        sensitive,
        ...(usual === undefined ? {} : { default: usual }),
        ...(oneOf === undefined ? {} : { oneOf }),
        ...{ followers, as: as ?? 'env', expected: more.expected, source: more.source },
      }),
    ),
    checkable: check !== undefined,
  };
}

export function versionAnswer(version: SecretVersion): Static<typeof VersionSchema> {
  return { ...version, createdAt: formatTime(version.createdAt), destroyedAt: time(version.destroyedAt) };
}

export function sessionAnswer(session: Session): Static<typeof SessionSchema> {
  return {
    ...session,
    until: time(session.until),
    idle: duration(session.idle),
    lastUsedAt: formatTime(session.lastUsedAt),
    createdAt: formatTime(session.createdAt),
    endedAt: time(session.endedAt),
  };
}

/** `ETag` of a session: its generation. */
export function etagOf(session: Pick<Session, 'generation'>): string {
  return `"g${session.generation}"`;
}

export function toggleAnswer(toggle: Toggle): Static<typeof ToggleSchema> {
  const { as, until, confirmedBy, conflictsWith, ...row } = toggle;
  return {
    ...row,
    ...(as === null ? {} : { as }),
    ...(until === null ? {} : { until: formatTime(until) }),
    ...(confirmedBy === null ? {} : { confirmedBy }),
    ...(conflictsWith.length === 0 ? {} : { conflictsWith }),
  };
}

/** @param secret the token itself, in the one answer that shows it. */
export function tokenAnswer(token: Token, secret?: string): Static<typeof TokenSchema> {
  return {
    ...token,
    createdAt: formatTime(token.createdAt),
    expiresAt: time(token.expiresAt),
    lastUsedAt: time(token.lastUsedAt),
    revokedAt: time(token.revokedAt),
    ...(secret === undefined ? {} : { token: secret }),
  };
}

export function auditAnswer(entry: AuditEntry): Static<typeof AuditSchema> {
  return { ...entry, at: formatTime(entry.at) };
}
