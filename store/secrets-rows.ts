/** Rows of secrets as objects, found by name or id, and the sessions that have one active. Authorises nothing, opens no value. */

import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { quote } from './problems.js';
import { sql } from './statements.js';
import type { Secret, SecretId, SessionId, Version } from './types.js';

/** A secret with what only the vault needs of it. */
export interface StoredSecret extends Secret {
  /** Oldest version that may still be held. */
  floor: Version;
  /** Bytes of the current version's plaintext; 0 without one. */
  size: number;
  allowReserved: boolean;
}

interface Row extends Omit<StoredSecret, 'tags' | 'followers' | 'sensitive' | 'allowReserved' | 'as'> {
  leakedVersion: Version | null;
  kind: 'env' | 'file';
  tags: string;
  followers: string;
  sensitive: number;
  allowReserved: number;
}

/** Select list of a secret `s`. A version below the floor was revoked and never becomes the current one again. */
export const SECRET_COLUMNS = `s.id, s.name, s.env, s.followers, s.account, s.login, s.environment, s.provider, s.kind, s.path, s.sensitive,
  s.description, s.allowReserved, s.floor, s.expiresAt, s.rotateEvery, s.leakedAt, s.leakedVersion, s.createdAt, s.updatedAt, s.deletedAt,
  (SELECT json_group_array(tag) FROM (SELECT tag FROM secretTag WHERE secret = s.id ORDER BY tag)) AS tags,
  coalesce((SELECT max(v.createdAt) FROM secretVersion v WHERE v.secret = s.id), s.createdAt) AS rotatedAt,
  (SELECT max(version) FROM secretVersion v
    WHERE v.secret = s.id AND v.destroyedAt IS NULL AND v.version >= s.floor) AS currentVersion,
  coalesce((SELECT v.size FROM secretVersion v
    WHERE v.secret = s.id AND v.destroyedAt IS NULL AND v.version >= s.floor ORDER BY version DESC LIMIT 1), 0) AS size,
  (SELECT c.id FROM connection c WHERE c.secret = s.id AND c.state IN ('connected', 'reauthorize')) AS connection`;

export function toStoredSecret(row: unknown): StoredSecret {
  const { kind, tags, followers, sensitive, allowReserved, leakedVersion, ...rest } = row as Row;
  // A value that came after it is another one.
  const leaked = leakedVersion !== null && (rest.currentVersion ?? 0) <= leakedVersion;
  return {
    ...rest,
    leakedAt: leaked ? rest.leakedAt : null,
    as: kind,
    tags: JSON.parse(tags) as string[],
    followers: JSON.parse(followers) as string[],
    sensitive: sensitive === 1,
    allowReserved: allowReserved === 1,
  };
}

/** Without what only the vault needs. */
export function publicSecret({ floor: _floor, size: _size, allowReserved: _allow, ...secret }: StoredSecret): Secret {
  return secret;
}

/** The secret of this name or id that is not deleted, or undefined. */
export function lookUpSecret(context: Context, name: string): StoredSecret | undefined {
  const column = name.startsWith('sec_') ? 'id' : 'name';
  const text = `SELECT ${SECRET_COLUMNS} FROM secret s WHERE s.${column} = ? AND s.deletedAt IS NULL`;
  const row = sql(context.db, text).get(name);
  return row === undefined ? undefined : toStoredSecret(row);
}

/** As `lookUpSecret`; throws SECRET_NOT_FOUND. */
export function findSecret(context: Context, name: string): StoredSecret {
  const secret = lookUpSecret(context, name);
  if (secret !== undefined) return secret;
  throw new StoreError('SECRET_NOT_FOUND', `No secret is called ${quote(name)}. Run \`ampoule secret ls\`.`);
}

/** Every secret that is not deleted, by name. */
export function allSecrets(context: Context): StoredSecret[] {
  const text = `SELECT ${SECRET_COLUMNS} FROM secret s WHERE s.deletedAt IS NULL ORDER BY s.name`;
  return sql(context.db, text).all().map(toStoredSecret);
}

/** Live sessions in which the secret is active. */
export function sessionsWith(context: Context, secret: SecretId): { id: SessionId; name: string }[] {
  const text = `SELECT n.id, n.name FROM activation a JOIN session n ON n.id = a.session
    WHERE a.secret = ? AND a.endedAt IS NULL AND a.lapsedAt IS NULL AND n.endedAt IS NULL ORDER BY n.name`;
  return sql(context.db, text).all(secret) as { id: SessionId; name: string }[];
}
