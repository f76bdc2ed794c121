/** What went wrong with a provider, in words of ours: from an error of the library or of the network. Nothing that was sent to us is repeated but codes of a known list. */

import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { DaemonError } from '../errors.js';
import { NoAnswer, UnexpectedStatus } from './guarded-fetch.js';

/** Codes after which a refresh is not tried again: a person has to sign in. */
const FINAL: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'bad_refresh_token',
  'incorrect_client_credentials',
  'application_suspended',
  'interaction_required',
  'consent_required',
  'login_required',
  'disabled_client',
  'deleted_client',
]);

/** Of RFC 6749, 7009, 8628, of OpenID Connect, and what the vendors document. */
const KNOWN: ReadonlySet<string> = new Set([
  ...FINAL,
  'access_denied',
  'account_selection_required',
  'admin_policy_enforced',
  'authorization_declined',
  'authorization_pending',
  'bad_verification_code',
  'device_flow_disabled',
  'expired_token',
  'incorrect_device_code',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'org_internal',
  'redirect_uri_mismatch',
  'server_error',
  'slow_down',
  'temporarily_unavailable',
  'unsupported_response_type',
  'unsupported_token_type',
  'unverified_user_email',
]);

/** The person's own no. */
const DENIED: ReadonlySet<string> = new Set(['access_denied', 'authorization_declined']);

type FailureCode = 'OAUTH_REFUSED' | 'OAUTH_DENIED' | 'OAUTH_UNREACHABLE' | 'OAUTH_ANSWER_INVALID';

/** A refusal by a provider, or none at all. Its message ends with what to do. */
export class ProviderFailure extends DaemonError {
  declare readonly code: FailureCode;
  /** The provider's own code, of the known list. */
  readonly said: string | null;
  /** Trying again cannot help: a person has to sign in. */
  readonly final: boolean;
  /** Surely nothing came of it there, so that a token for one use may be sent again. */
  readonly untouched: boolean;

  constructor(
    code: FailureCode,
    message: string,
    facts: { said?: string | null; final?: boolean; untouched?: boolean } = {},
  ) {
    super(code, message);
    this.said = facts.said ?? null;
    this.final = facts.final ?? false;
    this.untouched = facts.untouched ?? false;
  }
}

/** @param name of the provider, for people. @param todo what to do, a sentence. */
export function providerFailure(error: unknown, name: string, todo: string): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  const none = noAnswerIn(error);
  if (none !== null)
    return new ProviderFailure('OAUTH_UNREACHABLE', `${name} gave no answer: ${none.message}. ${todo}`, {
      untouched: !none.sent,
    });
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const status = error instanceof ResponseBodyError ? error.status : 400;
    return status >= 500 || status === 429 ? unwell(status, name, todo) : refused(error.error, name, todo);
  }
  const status = statusIn(error);
  if (status !== null && (status >= 500 || status === 429)) return unwell(status, name, todo);
  return new ProviderFailure('OAUTH_ANSWER_INVALID', `${name} sent an answer that cannot be used. ${todo}`, {
    untouched: status !== null && status >= 400,
  });
}

/** By the provider's own code. One that is not known is not repeated. */
export function refused(code: string, name: string, todo: string): ProviderFailure {
  const said = KNOWN.has(code) ? code : null;
  const words = said === null ? 'with a code that is not known here' : `(${said})`;
  if (said !== null && DENIED.has(said))
    return new ProviderFailure('OAUTH_DENIED', `The person did not agree at ${name} ${words}. ${todo}`, {
      said,
      untouched: true,
    });
  return new ProviderFailure('OAUTH_REFUSED', `${name} refused ${words}. ${todo}`, {
    ...{ said, untouched: true, final: said !== null && FINAL.has(said) },
  });
}

/**
 * Behind 500, 503 and 429 the provider itself says that it did not do it. Behind others of a gateway (502, 504) it may have.
 */
function unwell(status: number, name: string, todo: string): ProviderFailure {
  return new ProviderFailure('OAUTH_UNREACHABLE', `${name} is not well (HTTP ${status}). ${todo}`, {
    untouched: status === 500 || status === 503 || status === 429,
  });
}

function noAnswerIn(error: unknown): NoAnswer | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1)
    if (at instanceof NoAnswer) return at;
  return null;
}

function statusIn(error: unknown): number | null {
  if (error instanceof UnexpectedStatus) return error.status;
  return error instanceof ClientError && error.cause instanceof Response ? error.cause.status : null;
}
