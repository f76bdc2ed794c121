/** The vault's refusals. The daemon's error table (daemon/errors.ts) gives each code its status, exit code and title. */

export const STORE_CODES = [
  'ACTIVATION_NOT_FOUND',
  'AUDIT_UNAVAILABLE',
  'BACKUP_INVALID',
  'CONNECTION_CLOSED',
  'CONNECTION_NOT_FOUND',
  'CROSS_ENVIRONMENT',
  'DELIVERY_UNAVAILABLE',
  'DISK_FULL',
  'EMPTY_SELECTION',
  'ENV_CONFLICT',
  'ENV_TOO_LARGE',
  'FORBIDDEN',
  'GENERATION_MISMATCH',
  'IDEMPOTENCY_IN_FLIGHT',
  'IDEMPOTENCY_MISMATCH',
  'INVALID_INPUT',
  'KEY_FILE_MISSING',
  'LOCAL_COMMAND_NOT_FOUND',
  'NAME_RESERVED',
  'NAME_TAKEN',
  'NOTHING_TO_ASK',
  'OAUTH_CLIENT_IN_USE',
  'OAUTH_CLIENT_NOT_FOUND',
  'OUT_OF_BOUNDS',
  'PASSPHRASE_WRONG',
  'REFRESH_RUNNING',
  'REQUEST_CLOSED',
  'REQUEST_LIMIT',
  'REQUEST_NOT_FOUND',
  'REVOKED_NOT_RECORDED',
  'SANDBOX_LIMIT',
  'SANDBOX_NOT_FOUND',
  'SCHEMA_NEWER',
  'SEALED_VALUE_INVALID',
  'SECRET_ACTIVE',
  'SECRET_CONNECTED',
  'SECRET_EXISTS',
  'SECRET_EXPIRED',
  'SECRET_LEAKED',
  'SECRET_NOT_FOUND',
  'SESSION_DIFFERS',
  'SESSION_ENDED',
  'SESSION_NOT_FOUND',
  'STORAGE_FAILED',
  'TOKEN_NOT_FOUND',
  'VALUE_NOT_UTF8',
  'VALUE_TOO_LARGE',
  'VALUE_UNREADABLE',
  'VAULT_LOCKED',
  'VAULT_SEALED',
  'VERSION_NOT_FOUND',
  'WRONG_KEY',
] as const;
export type StoreCode = (typeof STORE_CODES)[number];

/** One part of an input that was wrong. `pointer` is a JSON pointer (RFC 6901) into the body, or a parameter's name. */
export interface InputProblem {
  pointer: string;
  detail: string;
}

/** `message` says what was wrong and ends with what to do; it never holds a value. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreCode;
  readonly problems: InputProblem[];

  constructor(code: StoreCode, message: string, options: { cause?: unknown; problems?: InputProblem[] } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
  }
}
