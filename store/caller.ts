/** Who acts, as text for rows and audit entries, and the check that only operators pass. Touches no row. */

import type { Context } from './context.js';
import type { Caller, TokenId } from './types.js';

/** 'daemon', 'operator:laptop', 'launcher:ci' … as it stands in audit entries, `createdBy` and `confirmedBy`. */
export function callerName(caller: Caller): string {
  return caller.kind === 'daemon' ? 'daemon' : `${caller.kind}:${caller.name}`;
}

/** The token that the caller came with; null for the daemon itself. */
export function callerToken(caller: Caller): TokenId | null {
  return caller.kind === 'daemon' ? null : caller.token;
}

/** Lets the daemon and operators pass; everybody else gets FORBIDDEN and an audit entry. */
export function requireOperator(context: Context, caller: Caller, action: string, target: string): void {
  if (caller.kind === 'daemon' || caller.kind === 'operator') return;
  context.refuse(
    caller,
    'FORBIDDEN',
    { action, target },
    `The ${caller.kind} token "${caller.name}" may not do this (${action}). Use an operator token: run \`ampoule token new operator\` as an operator.`,
  );
}
