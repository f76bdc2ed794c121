/** The CLI's own refusals and those of the API, with their exit codes. Prints nothing. */

/** Something was looked for and found; usage; something of ours failed or is pending; not executable; not found; interrupted. Everything else is the child's. */
export const EXIT = {
  done: 0,
  found: 1,
  usage: 2,
  ours: 125,
  notExecutable: 126,
  notFound: 127,
  interrupted: 130,
} as const;

/** Something that the CLI itself found wrong. `message` ends with what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly exit: number;

  constructor(code: string, message: string, options: { exit?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.exit = options.exit ?? EXIT.ours;
  }
}

/** Arguments that cannot be used: exit code 2. */
export function usage(message: string): CliError {
  return new CliError('USAGE', message, { exit: EXIT.usage });
}

export function interrupted(): CliError {
  return new CliError('INTERRUPTED', 'Interrupted.', { exit: EXIT.interrupted });
}

/** An RFC 9457 body as the API sends it. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  requestId?: string;
  errors?: { pointer: string; detail: string }[];
}

/** Whether a body is one. */
export function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    'detail' in body &&
    typeof body.code === 'string' &&
    typeof body.detail === 'string'
  );
}

/** A refusal by the API; `message` is its `detail`, word for word, and `text` the whole body. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;
  readonly text: string;

  constructor(problem: Problem, text: string) {
    super(problem.detail);
    this.problem = problem;
    this.text = text;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** Codes of the API that say the input was wrong; a test keeps them equal to the daemon's table. */
export const USAGE_CODES: readonly string[] = [
  'BACKUP_INVALID',
  'BODY_MALFORMED',
  'BODY_TOO_LARGE',
  'EMPTY_SELECTION',
  'INVALID_INPUT',
  'MEDIA_TYPE_UNSUPPORTED',
  'METHOD_NOT_ALLOWED',
  'NAME_RESERVED',
  'OAUTH_BASE_REFUSED',
  'REQUEST_MALFORMED',
  'ROUTE_NOT_FOUND',
  'SANDBOX_AMBIGUOUS',
  'SEALED_VALUE_INVALID',
  'SHAPE_UNEXPECTED',
  'TOKEN_IN_URL',
  'UPGRADE_REQUIRED',
  'VALUE_TOO_LARGE',
];

/** The exit code that an error means. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exit;
  return error instanceof ApiError && USAGE_CODES.includes(error.code) ? EXIT.usage : EXIT.ours;
}
