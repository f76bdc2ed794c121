/** Who calls, from the Bearer token alone, and whether that kind of token may call the route. Policy on things is the vault's. */

import type { FastifyRequest } from 'fastify';
import { DaemonError } from '../errors.js';
import type { Caller, Parts } from '../parts.js';
import { accessOf } from './access.js';
import type { App } from './fastify.js';

type Reason = 'missing' | 'malformed' | 'unknown' | 'expired' | 'revoked';

const REFUSALS: Record<Reason, readonly [`TOKEN_${Uppercase<Reason>}`, string]> = {
  missing: [
    'TOKEN_MISSING',
    "A token is needed. Send -H 'Authorization: Bearer amp_…'; the first one lies in the bootstrap token file.",
  ],
  malformed: [
    'TOKEN_MALFORMED',
    "This is no token of ours. Send -H 'Authorization: Bearer amp_…' with the whole token.",
  ],
  unknown: [
    'TOKEN_UNKNOWN',
    'This token is not known here. Check that it belongs to this daemon, or make one: `ampoule token new`.',
  ],
  expired: ['TOKEN_EXPIRED', 'The token has expired. Make a new one: `ampoule token new`.'],
  revoked: ['TOKEN_REVOKED', 'The token was revoked. Make a new one: `ampoule token new`.'],
};

/** Called with each request that brought no good token; throws to refuse it otherwise. */
export type OnFailure = (request: FastifyRequest) => Promise<void>;

/** Authenticates each request but those of open routes, and refuses kinds of token that the route is not for. */
export function authenticate(app: App, parts: Parts, onFailure: OnFailure): void {
  app.addHook('onRequest', async (request) => {
    const pattern = request.routeOptions.url;
    const access = pattern === undefined ? undefined : accessOf(request.method, pattern);
    if (access === 'open') return;
    const found = identify(request, parts);
    if (typeof found === 'string') {
      parts.metrics.count('ampoule_unauthenticated_total', { reason: found });
      await onFailure(request);
      throw unauthenticated(found);
    }
    request.caller = found.caller;
    request.bearer = found.bearer;
    if (pattern === undefined || access === undefined) return;
    if (found.caller.kind !== 'daemon' && !access.includes(found.caller.kind)) {
      parts.vault.audit.record(found.caller, {
        action: 'route.refuse',
        target: `${request.method} ${pattern}`,
        outcome: 'refused',
        detail: { kind: found.caller.kind },
      });
      throw forbidden(found.caller, `${request.method} ${pattern} is for ${access.join(' and ')} tokens`);
    }
  });
}

/** Who calls. Only for routes that are not open. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw unauthenticated('missing');
  return request.caller;
}

/** A refusal that names what and which token. */
export function forbidden(caller: Caller, what: string): DaemonError {
  const who = caller.kind === 'daemon' ? 'the daemon' : `the ${caller.kind} token ${caller.name} (${caller.token})`;
  return new DaemonError('FORBIDDEN', `${what}, and this is ${who}. Ask an operator, or use another token.`);
}

function identify(request: FastifyRequest, parts: Parts): { caller: Caller; bearer: string } | Reason {
  const header = request.headers.authorization;
  if (header === undefined || header === '') return 'missing';
  const bearer = /^Bearer +(amp_(?:op|la|ag|me)_[A-Za-z0-9_-]{32,128})$/i.exec(header)?.[1];
  if (bearer === undefined) return 'malformed';
  const known = parts.vault.tokens.authenticate(bearer);
  if (known === null) return 'unknown';
  return 'problem' in known ? known.problem : { caller: known.caller, bearer };
}

function unauthenticated(reason: Reason): DaemonError {
  const [code, detail] = REFUSALS[reason];
  const challenge =
    reason === 'missing'
      ? 'Bearer realm="ampoule"'
      : `Bearer realm="ampoule", error="invalid_token", error_description="the token is ${reason}"`;
  return new DaemonError(code, detail, { headers: { 'www-authenticate': challenge } });
}
