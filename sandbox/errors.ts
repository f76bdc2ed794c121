/** This layer's refusals. The daemon's error table (daemon/errors.ts) gives each code its status, exit code and title. */

export const SANDBOX_CODES = [
  'CONTAINER_NAME_TAKEN',
  'DELIVERY_UNAVAILABLE',
  'ENGINE_REFUSED',
  'ENGINE_UNREACHABLE',
  'EXEC_CANNOT_END',
  'EXEC_NOT_FOUND',
  'EXEC_NOT_POSSIBLE',
  'IMAGE_HAS_NO_SHELL',
  'IMAGE_NOT_FOUND',
  'IMAGE_PULL_FAILED',
  'INIT_REFUSED',
  'INIT_UNREACHABLE',
  'NETWORK_NOT_FOUND',
  'PORT_TAKEN',
  'SANDBOX_EXITED',
  'SANDBOX_NOT_RUNNING',
  'SANDBOX_REPLACED',
  'START_FAILED',
  'VALUE_NOT_UTF8',
  'VOLUME_NOT_OURS',
  'VOLUME_IN_USE',
  'WISH_SEALED',
] as const;
export type SandboxCode = (typeof SANDBOX_CODES)[number];

/** `retry`: the reconciler tries again by itself. `message` says what was wrong and what to do, never a foreign body. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: SandboxCode;
  readonly retry: boolean;

  constructor(code: SandboxCode, message: string, options: { cause?: unknown; retry?: boolean } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? false;
  }
}

/**
 * The engine was asked and its answer is not known: a deadline passed, the connection broke, or it answered 5xx.
 * The call may have had its effect all the same; whoever made it looks again before deciding.
 */
export class UnknownOutcome extends SandboxError {
  /** Name of the call, such as `create`. */
  readonly call: string;

  constructor(call: string, why: string, cause?: unknown) {
    super(
      'ENGINE_UNREACHABLE',
      `Docker gave no clear answer to "${call}" (${why}). Nothing to do: it is looked at again; see \`docker info\` if this lasts.`,
      {
        retry: true,
        cause,
      },
    );
    this.call = call;
  }
}

/** What nobody foresaw, in our words. */
export function unexpected(cause: unknown): SandboxError {
  return new SandboxError(
    'ENGINE_REFUSED',
    'A pass over the sandbox failed unexpectedly. It is tried again; see the daemon log (`journalctl -u ampouled`).',
    { retry: true, cause },
  );
}
