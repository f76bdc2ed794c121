/** The one table of error codes: HTTP status, exit code of the CLI, title, and whether trying again can help. No logic. */

import { SANDBOX_CODES, type SandboxCode } from '../sandbox/index.js';
import { type InputProblem, STORE_CODES, type StoreCode } from '../store/index.js';

/** Refusals of the process and its HTTP face. */
export const DAEMON_CODES = [
  'BODY_MALFORMED',
  'BODY_STALLED',
  'BODY_TOO_LARGE',
  'HOST_NOT_ALLOWED',
  'INTERNAL',
  'MEDIA_TYPE_UNSUPPORTED',
  'METHOD_NOT_ALLOWED',
  'OAUTH_ANSWER_INVALID',
  'OAUTH_BASE_REFUSED',
  'OAUTH_DENIED',
  'OAUTH_EXPIRED',
  'OAUTH_FLOW_UNAVAILABLE',
  'OAUTH_REFUSED',
  'OAUTH_STATE_INVALID',
  'OAUTH_UNREACHABLE',
  'ORIGIN_REFUSED',
  'RATE_LIMITED',
  'REFRESH_REFUSED',
  'REFRESH_UNAVAILABLE',
  'REFRESH_UNKNOWN',
  'REQUEST_MALFORMED',
  'PROVIDER_NOT_FOUND',
  'ROUTE_NOT_FOUND',
  'SCAN_RUNNING',
  'SANDBOX_AMBIGUOUS',
  'SHAPE_UNEXPECTED',
  'STARTING',
  'TICKET_INVALID',
  'TOKEN_ALREADY_SHOWN',
  'TOKEN_EXPIRED',
  'TOKEN_IN_URL',
  'TOKEN_MALFORMED',
  'TOKEN_MISSING',
  'TOKEN_REVOKED',
  'TOKEN_UNKNOWN',
  'UPGRADE_REQUIRED',
] as const;
export type DaemonCode = (typeof DAEMON_CODES)[number];
export type ErrorCode = StoreCode | SandboxCode | DaemonCode;

export interface ErrorRow {
  /** HTTP status. */
  status: number;
  /** Exit code of the CLI: 2 for input it was given, 125 for everything else of ours. */
  exit: 2 | 125;
  title: string;
  /** The same request may succeed later without anybody changing it. */
  retry: boolean;
}

const row = (status: number, title: string, more: { exit?: 2; retry?: true } = {}): ErrorRow => ({
  status,
  exit: more.exit ?? 125,
  title,
  retry: more.retry ?? false,
});

/** Every code there is; the compiler refuses a missing one. */
export const ERRORS: Record<ErrorCode, ErrorRow> = {
  ACTIVATION_NOT_FOUND: row(404, 'The secret is not active in this session'),
  AUDIT_UNAVAILABLE: row(503, 'The audit entry could not be written', { retry: true }),
  BACKUP_INVALID: row(422, 'The file is no backup of a vault', { exit: 2 }),
  BODY_MALFORMED: row(400, 'The body is not valid JSON', { exit: 2 }),
  BODY_STALLED: row(408, 'The body did not come on', { retry: true }),
  BODY_TOO_LARGE: row(413, 'The body is too large', { exit: 2 }),
  CONNECTION_CLOSED: row(409, 'The connection is over'),
  CONNECTION_NOT_FOUND: row(404, 'No such connection'),
  CONTAINER_NAME_TAKEN: row(409, 'A container that is not ours has the name'),
  CROSS_ENVIRONMENT: row(409, 'The secret belongs to another environment than the session'),
  DELIVERY_UNAVAILABLE: row(409, 'The delivery is not available'),
  DISK_FULL: row(507, 'The disk is full', { retry: true }),
  EMPTY_SELECTION: row(422, 'Nothing was selected', { exit: 2 }),
  ENGINE_REFUSED: row(502, 'Docker refused the call'),
  ENGINE_UNREACHABLE: row(503, 'Docker does not answer', { retry: true }),
  ENV_CONFLICT: row(409, 'Two secrets want the same variable'),
  ENV_TOO_LARGE: row(422, 'The environment is too large'),
  EXEC_CANNOT_END: row(409, 'A command could not be ended from here'),
  EXEC_NOT_FOUND: row(404, 'No such running command'),
  EXEC_NOT_POSSIBLE: row(409, 'Commands cannot be run in this sandbox'),
  FORBIDDEN: row(403, 'The token may not do this'),
  GENERATION_MISMATCH: row(412, 'The session has changed since it was read'),
  HOST_NOT_ALLOWED: row(421, 'The Host header names no address of this daemon'),
  IDEMPOTENCY_IN_FLIGHT: row(409, 'A request with this Idempotency-Key is still running', { retry: true }),
  IDEMPOTENCY_MISMATCH: row(422, 'The Idempotency-Key was used with another body'),
  IMAGE_HAS_NO_SHELL: row(422, 'The image has no shell to hold the sandbox'),
  IMAGE_NOT_FOUND: row(422, 'The image is not there'),
  IMAGE_PULL_FAILED: row(502, 'The image could not be pulled', { retry: true }),
  INIT_REFUSED: row(422, "The sandbox's init refused what it was told"),
  INIT_UNREACHABLE: row(503, "The sandbox's init does not answer", { retry: true }),
  INTERNAL: row(500, 'Something of ours went wrong', { retry: true }),
  INVALID_INPUT: row(422, 'The input does not fit', { exit: 2 }),
  KEY_FILE_MISSING: row(503, 'The key file is not there'),
  LOCAL_COMMAND_NOT_FOUND: row(404, 'No such local command'),
  MEDIA_TYPE_UNSUPPORTED: row(415, 'The content type is not taken here', { exit: 2 }),
  METHOD_NOT_ALLOWED: row(405, 'The route has other methods', { exit: 2 }),
  NAME_RESERVED: row(422, 'The name is reserved', { exit: 2 }),
  NAME_TAKEN: row(409, 'The name is taken'),
  NETWORK_NOT_FOUND: row(422, 'No such Docker network'),
  NOTHING_TO_ASK: row(409, 'There is nothing to ask for'),
  OAUTH_ANSWER_INVALID: row(502, "The provider's answer cannot be used"),
  OAUTH_BASE_REFUSED: row(422, 'The address of the provider is not taken', { exit: 2 }),
  OAUTH_CLIENT_IN_USE: row(409, 'Connections need the application'),
  OAUTH_CLIENT_NOT_FOUND: row(404, 'No application is registered for the provider'),
  OAUTH_DENIED: row(403, 'The person did not agree at the provider'),
  OAUTH_EXPIRED: row(410, 'Nobody signed in in time'),
  OAUTH_FLOW_UNAVAILABLE: row(409, 'This way of signing in is not possible'),
  OAUTH_REFUSED: row(502, 'The provider refused'),
  OAUTH_STATE_INVALID: row(400, 'The sign-in is not one that was begun here'),
  OAUTH_UNREACHABLE: row(502, 'The provider does not answer', { retry: true }),
  ORIGIN_REFUSED: row(403, 'Requests from this web origin are refused'),
  OUT_OF_BOUNDS: row(403, 'Outside the bounds of the token'),
  PASSPHRASE_WRONG: row(403, 'The passphrase is wrong'),
  PORT_TAKEN: row(409, 'The port of the host is taken'),
  PROVIDER_NOT_FOUND: row(404, 'No such provider'),
  RATE_LIMITED: row(429, 'Too many requests', { retry: true }),
  REFRESH_REFUSED: row(409, 'The provider refuses to refresh: authorize again'),
  REFRESH_RUNNING: row(409, 'The connection is being refreshed', { retry: true }),
  REFRESH_UNAVAILABLE: row(409, 'There is nothing to refresh with'),
  REFRESH_UNKNOWN: row(409, 'The end of a refresh is not known: authorize again'),
  REQUEST_CLOSED: row(409, 'The request was decided on already'),
  REQUEST_LIMIT: row(409, 'Too many requests wait for a decision'),
  REQUEST_MALFORMED: row(400, 'The request cannot be read', { exit: 2 }),
  REQUEST_NOT_FOUND: row(404, 'No such request'),
  REVOKED_NOT_RECORDED: row(507, 'Revoked and in effect, but not recorded', { retry: true }),
  ROUTE_NOT_FOUND: row(404, 'No such route', { exit: 2 }),
  SANDBOX_AMBIGUOUS: row(409, 'Several sandboxes could be meant', { exit: 2 }),
  SANDBOX_EXITED: row(409, 'The main process of the sandbox has ended'),
  SANDBOX_LIMIT: row(409, 'The token has as many sandboxes as it may have'),
  SANDBOX_NOT_FOUND: row(404, 'No such sandbox'),
  SANDBOX_NOT_RUNNING: row(409, 'The sandbox is not running', { retry: true }),
  SANDBOX_REPLACED: row(409, 'The container was replaced meanwhile', { retry: true }),
  SCAN_RUNNING: row(429, 'Another scan is running', { retry: true }),
  SCHEMA_NEWER: row(503, 'The vault was written by a newer version'),
  SEALED_VALUE_INVALID: row(422, 'The sealed value cannot be opened', { exit: 2 }),
  SECRET_ACTIVE: row(409, 'The secret is active'),
  SECRET_CONNECTED: row(409, 'The secret belongs to a connection'),
  SECRET_EXISTS: row(409, 'A secret of this name exists'),
  SECRET_EXPIRED: row(409, 'The secret has expired'),
  SECRET_LEAKED: row(409, 'The secret leaked and has no new value'),
  SECRET_NOT_FOUND: row(404, 'No such secret'),
  SESSION_DIFFERS: row(409, 'The session exists with other settings'),
  SESSION_ENDED: row(409, 'The session has ended'),
  SESSION_NOT_FOUND: row(404, 'No such session'),
  SHAPE_UNEXPECTED: row(422, "A value does not look as its provider's do", { exit: 2 }),
  STARTING: row(503, 'The daemon is starting', { retry: true }),
  START_FAILED: row(422, 'The container could not be started'),
  STORAGE_FAILED: row(503, 'The vault could not be written', { retry: true }),
  TICKET_INVALID: row(401, 'The ticket of the terminal is not good'),
  TOKEN_ALREADY_SHOWN: row(409, 'The token was shown once and cannot be shown again'),
  TOKEN_EXPIRED: row(401, 'The token has expired'),
  TOKEN_IN_URL: row(400, 'A token does not belong in a URL', { exit: 2 }),
  TOKEN_MALFORMED: row(401, 'The Authorization header holds no token of ours'),
  TOKEN_MISSING: row(401, 'A token is needed'),
  TOKEN_NOT_FOUND: row(404, 'No such token'),
  TOKEN_REVOKED: row(401, 'The token was revoked'),
  TOKEN_UNKNOWN: row(401, 'The token is not known here'),
  UPGRADE_REQUIRED: row(426, 'The route is for WebSockets', { exit: 2 }),
  VALUE_NOT_UTF8: row(422, 'The value is not UTF-8, which Docker would alter'),
  VALUE_TOO_LARGE: row(422, 'The value is too large', { exit: 2 }),
  VALUE_UNREADABLE: row(500, 'The stored value was altered and is refused'),
  VAULT_LOCKED: row(503, 'Another daemon has the vault'),
  VAULT_SEALED: row(503, 'The vault is sealed'),
  VERSION_NOT_FOUND: row(404, 'No such version'),
  VOLUME_IN_USE: row(409, 'The volume is in use'),
  VOLUME_NOT_OURS: row(409, 'The volume belongs to somebody else'),
  WISH_SEALED: row(503, 'The vault is sealed', { retry: true }),
  WRONG_KEY: row(403, 'The key does not open this vault'),
};

/** Each code once: a code that two layers say means the same in both. */
export const ERROR_CODES: readonly ErrorCode[] = [
  ...new Set([...STORE_CODES, ...SANDBOX_CODES, ...DAEMON_CODES]),
].sort();

/** Whether a text (of an outcome, say) is a code of the table. */
export function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ERRORS, code);
}

/** A refusal of the daemon. `message` says what was wrong and ends with what to do; it never holds a value. */
export class DaemonError extends Error {
  override readonly name = 'DaemonError';
  readonly code: ErrorCode;
  readonly problems: InputProblem[];
  /** Headers of the answer, such as `Retry-After`. */
  readonly headers: Record<string, string>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; problems?: InputProblem[]; headers?: Record<string, string> } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
    this.headers = options.headers ?? {};
  }
}

/** INVALID_INPUT for one place of the input: a JSON pointer, or the name of a parameter or header. */
export function invalid(pointer: string, detail: string): DaemonError {
  return new DaemonError('INVALID_INPUT', detail, { problems: [{ pointer, detail }] });
}
