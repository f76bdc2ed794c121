/** Who may look for which values in what is not the vault: authorises and records a scan, and gives ways to the values. Searches nothing. */

import { allowsSecret } from './allowance.js';
import type { Context } from './context.js';
import { assertUnsealed, authorize, targetOf } from './policy.js';
import { noSandbox, reachSandbox } from './sandboxes-rows.js';
import { allSecrets, type StoredSecret } from './secrets-rows.js';
import { sql } from './statements.js';
import type { Caller, Sandbox, SandboxId, SecretId, SessionId, Version } from './types.js';
import { openVersion, versionsOf } from './versions.js';

/** One version that is looked for. */
export interface ScanValue {
  secret: SecretId;
  name: string;
  version: Version;
  current: boolean;
  /** false: it is found and counted, and the caller does not hear its name. */
  told: boolean;
  /** Decrypts. The caller wipes the bytes. Throws VAULT_SEALED, VALUE_UNREADABLE. */
  open(): Uint8Array;
}

export interface Scans {
  /** Of a live sandbox's workspace. VAULT_SEALED, SANDBOX_NOT_FOUND. */
  ofSandbox(caller: Caller, name: string): { sandbox: Sandbox; values: ScanValue[] };
  /** Of what the caller sends. VAULT_SEALED. */
  ofStream(caller: Caller): { values: ScanValue[] };
  /** Records what a scan found: names and numbers. */
  found(
    caller: Caller,
    sandbox: SandboxId | null,
    detail: { names: string[]; findings: number; complete: boolean },
  ): void;
}

export function makeScans(context: Context): Scans {
  return {
    ofSandbox(caller, name) {
      const sandbox = reachSandbox(context, caller, 'sandbox.scan', name);
      if (sandbox.state === 'ended') throw noSandbox(name);
      assertUnsealed(context, 'looking for values');
      const values = valuesFor(context, caller, sandbox.session);
      const entry = { action: 'sandbox.scan', target: targetOf(sandbox), detail: { values: values.length } };
      return context.act(caller, entry, () => ({ sandbox, values }));
    },

    ofStream(caller) {
      authorize(context, caller, 'scan.run', 'scan');
      assertUnsealed(context, 'looking for values');
      const values = valuesFor(context, caller, null);
      const entry = { action: 'scan.run', target: 'scan', detail: { values: values.length } };
      return context.act(caller, entry, () => ({ values }));
    },

    found(caller, sandbox, detail) {
      context.act(caller, { action: 'scan.found', target: sandbox ?? 'scan', detail }, () => undefined);
    },
  };
}

/**
 * Sensitive secrets with every version that is there. A launcher's scan looks for what it may activate and for what sandboxes of the
 * session were given: for more it could be asked which guess is somebody's password.
 */
function valuesFor(context: Context, caller: Caller, session: SessionId | null): ScanValue[] {
  const given = session === null ? new Set<SecretId>() : givenIn(context, session);
  const values: ScanValue[] = [];
  for (const secret of allSecrets(context)) {
    const told = caller.kind !== 'launcher' || allowsSecret(caller.allow, secret);
    if (!secret.sensitive || !(told || given.has(secret.id))) continue;
    for (const { version, destroyedAt } of versionsOf(context, secret.id))
      if (destroyedAt === null) values.push(scanValue(context, secret, version, told));
  }
  return values;
}

function scanValue(context: Context, secret: StoredSecret, version: Version, told: boolean): ScanValue {
  const { id, name, currentVersion } = secret;
  const open = () => openVersion(context, { id, name }, version);
  return { secret: id, name, version, current: version === currentVersion, told, open };
}

function givenIn(context: Context, session: SessionId): Set<SecretId> {
  const rows = sql(context.db, 'SELECT DISTINCT secret FROM exposure WHERE session = ?').all(session);
  return new Set((rows as { secret: SecretId }[]).map(({ secret }) => secret));
}
