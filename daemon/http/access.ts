/** Which kinds of token may call which route: the outer gate, in one literal table. What they may touch is the vault's policy. */

import type { TokenKind } from '../../store/index.js';

export type Access = 'open' | readonly TokenKind[];

const person = ['operator'] as const;
const launching = ['operator', 'launcher'] as const;
const working = ['operator', 'launcher', 'agent'] as const;

/** A route without a row here is refused when the app is built. */
export const ACCESS = {
  'GET /healthz': 'open',
  'GET /readyz': 'open',
  'GET /openapi.json': 'open',
  'GET /metrics': ['operator', 'metrics'],

  'GET /v1/vault': launching,
  'POST /v1/vault/unseal': person,
  'POST /v1/vault/seal': person,
  'POST /v1/vault/rekey': person,
  'POST /v1/vault/rotate': person,
  'POST /v1/vault/backup': person,

  'GET /v1/secrets': person,
  'POST /v1/secrets': person,
  'GET /v1/secrets/:name': person,
  'PATCH /v1/secrets/:name': person,
  'DELETE /v1/secrets/:name': person,
  'PUT /v1/secrets/:name/value': person,
  'GET /v1/secrets/:name/versions': person,
  'GET /v1/secrets/:name/usage': person,
  'POST /v1/secrets/:name/rollback': person,
  'DELETE /v1/secrets/:name/versions/:version': person,
  'POST /v1/secrets/:name/reveal': person,
  'POST /v1/secrets/:name/leak': person,
  'DELETE /v1/secrets/:name/leak': person,

  'GET /v1/providers': working,
  'GET /v1/providers/:provider': working,
  'POST /v1/providers/:provider/register': person,

  'GET /v1/sessions': working,
  'POST /v1/sessions': launching,
  'GET /v1/sessions/:session': working,
  'PUT /v1/sessions/:session': launching,
  'PATCH /v1/sessions/:session': launching,
  'DELETE /v1/sessions/:session': launching,
  'GET /v1/sessions/:session/secrets': working,
  'PUT /v1/sessions/:session/secrets': launching,
  'PUT /v1/sessions/:session/secrets/:name': launching,
  'DELETE /v1/sessions/:session/secrets/:name': working,
  'POST /v1/sessions/:session/activate': launching,
  'POST /v1/sessions/:session/deactivate': working,
  'POST /v1/sessions/:session/exec': working,
  'POST /v1/sessions/:session/environment': launching,
  'DELETE /v1/sessions/:session/environment/:exposure': launching,
  'GET /v1/sessions/:session/explain/:variable': working,
  'GET /v1/sessions/:session/doctor': working,
  'GET /v1/doctor': person,

  'POST /v1/sessions/:session/ask': working,
  'POST /v1/sessions/:session/requests': working,
  'GET /v1/requests': working,
  'GET /v1/requests/:request': working,
  'DELETE /v1/requests/:request': working,
  'POST /v1/requests/:request/approve': person,
  'POST /v1/requests/:request/deny': person,

  'GET /v1/sandboxes': working,
  'POST /v1/sandboxes': launching,
  'GET /v1/sandboxes/:sandbox': working,
  'DELETE /v1/sandboxes/:sandbox': launching,
  'POST /v1/sandboxes/:sandbox/reset': launching,
  'GET /v1/sandboxes/:sandbox/exposure': working,
  'GET /v1/sandboxes/:sandbox/logs': working,
  'POST /v1/sandboxes/:sandbox/exec': working,
  'POST /v1/sandboxes/:sandbox/scan': launching,
  'GET /v1/sandboxes/:sandbox/execs': working,
  'GET /v1/sandboxes/:sandbox/execs/:exec': working,
  'DELETE /v1/sandboxes/:sandbox/execs/:exec': working,
  'GET /v1/sandboxes/:sandbox/execs/:exec/attach': working,
  'POST /v1/sandboxes/:sandbox/terminal': working,
  // By its ticket, which is bound to a token.
  'GET /v1/sandboxes/:sandbox/terminal': 'open',

  'GET /v1/connections': person,
  'POST /v1/connections': person,
  'GET /v1/connections/:connection': person,
  'DELETE /v1/connections/:connection': person,
  'POST /v1/connections/:connection/refresh': person,
  'GET /v1/oauth/clients': person,
  'GET /v1/oauth/clients/:provider': person,
  'PUT /v1/oauth/clients/:provider': person,
  'DELETE /v1/oauth/clients/:provider': person,
  // A browser has no token: by a ticket that works once, and by the state and cookie that it gave.
  'GET /oauth/start/:ticket': 'open',
  'GET /oauth/callback': 'open',

  'POST /v1/scan': person,
  'POST /v1/panic': person,

  'GET /v1/tokens': launching,
  'POST /v1/tokens': launching,
  'DELETE /v1/tokens/:token': launching,

  'GET /v1/audit': person,
  'GET /v1/audit/verify': person,
  'GET /v1/events': person,
} as const satisfies Record<string, Access>;

export type RouteKey = keyof typeof ACCESS;

/** Who may call the route; undefined for a route that has no row. */
export function accessOf(method: string, pattern: string): Access | undefined {
  const key = `${method} ${pattern}`;
  return Object.hasOwn(ACCESS, key) ? ACCESS[key as RouteKey] : undefined;
}
