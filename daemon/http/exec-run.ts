/** Starts a command in a sandbox: authorised and audited first, then once the sandbox has what it should have. */

import { ulid } from 'ulid';
import { type ExecRequest, type RunningExec, SandboxError } from '../../sandbox/index.js';
import type { Sandbox } from '../../store/index.js';
import { settle } from '../change.js';
import { DaemonError, ERRORS, invalid, isErrorCode } from '../errors.js';
import type { Caller, Parts, Redactors } from '../parts.js';
import { forbidden } from './authentication.js';
import { parseDuration } from './duration.js';
import { endBoth, unmasked } from './exec-output.js';
import type { ExecBody } from './schemas/execs.js';
import { bytesOf, utf8Of } from './values.js';

const DAEMON: Caller = { kind: 'daemon' };
const STDIN_LIMIT = 2 ** 20;
const LONGEST_TIMEOUT = 24 * 3_600_000;
/** So many characters of a command line the audit keeps, and lists show. */
const SHOWN = 500;

export interface StartedExec {
  sandbox: Sandbox;
  /** What runs, as people may see it: values replaced, and cut. */
  command: string;
  running: RunningExec;
  /** Of a detached command nobody reads the output yet: these know nothing. */
  redactors: Redactors;
  tty: boolean;
}

/**
 * @param waitMs how long the sandbox may take to reach its wanted environment.
 * @param tty gives it a terminal of this size.
 * Throws what authorisation, the sandbox's state or the engine say.
 */
export async function startExec(
  parts: Parts,
  caller: Caller,
  name: string,
  body: ExecBody,
  waitMs: number,
  stopping: AbortSignal,
  tty?: { columns: number; rows: number },
): Promise<StartedExec> {
  const known = parts.vault.sandboxes.get(caller, name);
  const masked = body.masking !== false;
  if (!masked && caller.kind !== 'operator') {
    const target = `${known.id} ${known.name}`;
    parts.vault.audit.record(caller, {
      action: 'sandbox.exec',
      target,
      outcome: 'refused',
      detail: { masking: false },
    });
    throw forbidden(caller, 'Output without masking is for operator tokens');
  }
  const needsMemory = body.detach === true ? 'A detached command' : tty === undefined ? null : 'A terminal';
  if (needsMemory !== null && known.delivery !== 'memory')
    throw new DaemonError(
      'DELIVERY_UNAVAILABLE',
      `${needsMemory} needs a sandbox with delivery by memory, and ${known.name} has env. Launch one with delivery "memory", or run the command with exec.`,
    );
  const { privileges, user } = known.settings;
  if (privileges === 'strict' && body.user !== undefined && body.user !== user)
    throw invalid(
      '/user',
      "A strict sandbox runs everything as its own user. Leave user out, or give the sandbox's own.",
    );
  const masking = parts.redactors(known.id);
  let redactors: Redactors = masking;
  let request: ExecRequest | null = null;
  const forget = (): void => void request?.stdin?.fill(0);
  try {
    request = requestOf(body, known.id, tty);
    const command = shortened(masking.text(textOf(body.command)));
    const sandbox = parts.vault.sandboxes.authorizeExec(caller, known.id, {
      command,
      ...(body.user === undefined ? {} : { user: body.user }),
      ...(masked ? {} : { masking: false }),
      ...(body.detach === true ? { detach: true } : {}),
      ...(tty === undefined ? {} : { terminal: true }),
    });
    if (!masked || body.detach === true) {
      endBoth(masking);
      redactors = unmasked();
    }
    await ready(parts, sandbox, waitMs, stopping);
    const running = await parts.delivery(sandbox.id).exec(request);
    running.exit.then(forget, forget);
    return { sandbox, command, running, redactors, tty: tty !== undefined };
  } catch (error) {
    forget();
    endBoth(redactors);
    throw exited(parts, known, error) ?? error;
  }
}

/** What to say instead of "try again" of a sandbox that runs nothing and never will by itself. */
function exited({ reconciler }: Parts, { id, name, settings }: Sandbox, error: unknown): DaemonError | null {
  if (!(error instanceof SandboxError) || error.code !== 'SANDBOX_NOT_RUNNING' || settings.restart !== 'never')
    return null;
  const { state, exitCode } = reconciler.view(id);
  if (state !== 'exited' || exitCode === null) return null;
  const ended = `Nothing was run: the main process of ${name} ended with ${exitCode}, and is not started again (restart "never")`;
  const again = `\`ampoule sandbox reset ${name} --confirm ${name}\`, which makes it anew; the workspace stays`;
  return new DaemonError('SANDBOX_EXITED', `${ended}. To start it again: ${again}.`, { cause: error });
}

/** A command never starts on an environment that is behind: it could hold what was taken away. */
async function ready(parts: Parts, sandbox: Sandbox, waitMs: number, stopping: AbortSignal): Promise<void> {
  const epoch = parts.vault.status().epoch;
  const { generation } = parts.vault.sessions.get(DAEMON, sandbox.session);
  const outcome = await settle(parts, sandbox.id, { epoch, generation }, waitMs, { signal: stopping });
  if (outcome.state === 'applied') return;
  const code = isErrorCode(outcome.code) && ERRORS[outcome.code].status >= 500 ? outcome.code : 'SANDBOX_NOT_RUNNING';
  const reason = outcome.reason ?? 'it has not reached its wanted state yet. Try again in a moment';
  throw new DaemonError(code, `Nothing was run: ${reason}`);
}

function requestOf(body: ExecBody, sandbox: string, tty?: { columns: number; rows: number }): ExecRequest {
  const { stdin } = body;
  const bytes =
    stdin === undefined
      ? null
      : typeof stdin === 'string'
        ? utf8Of(stdin, '/stdin')
        : bytesOf(stdin.base64, '/stdin/base64');
  if (bytes !== null && bytes.length > STDIN_LIMIT) {
    const detail = 'The input is larger than 1 MiB. Put it into a file of the workspace and read that.';
    throw invalid('/stdin', detail);
  }
  return {
    sandbox,
    execId: `exe_${ulid()}`,
    command: body.command,
    env: body.env ?? {},
    workdir: body.workdir ?? null,
    user: body.user ?? null,
    stdin: bytes,
    timeout:
      body.timeout === undefined ? null : parseDuration(body.timeout, '/timeout', { min: 1, max: LONGEST_TIMEOUT }),
    ...(body.detach === true ? { detach: true } : {}),
    ...(tty === undefined ? {} : { tty, interactive: true }),
  };
}

function textOf(command: string | string[]): string {
  return typeof command === 'string' ? command : command.join(' ');
}

function shortened(clean: string): string {
  return clean.length > SHOWN ? `${clean.slice(0, SHOWN)}…` : clean;
}
