/** Opens a vault: its core, and on top of it secrets, sessions, sandboxes and tokens. Holds no logic of its own. */

import { makeActivations } from './activations.js';
import { makeBackup } from './backup.js';
import { makeConnections } from './connections.js';
import { makeContainers } from './containers.js';
import { type Core, type OpenOptions, openCore } from './core.js';
import { newDataKey } from './data-key.js';
import { makeDiagnosis } from './diagnosis.js';
import { makeHistory } from './history.js';
import { makeIdempotency } from './idempotency.js';
import { makeLeaks } from './leaks.js';
import { makeLocalCommands } from './local-commands.js';
import { makeReencryption } from './reencryption.js';
import { makeRequests } from './requests.js';
import { makeSandboxes } from './sandboxes.js';
import { makeScans } from './scans.js';
import { randomBytes } from './seal.js';
import { makeSecrets } from './secrets.js';
import { makeSessions } from './sessions.js';
import { sql } from './statements.js';
import { makeTokens } from './tokens.js';
import type { VaultStatus } from './types.js';
import type { Vault } from './vault.js';
import { readWrap } from './wrap.js';

/**
 * Opens the vault in `options.dataDir`, making it where there is none, and unseals it where `options.unlock` can. It is this
 * process's alone until `close`.
 * VAULT_LOCKED: another process has it. SCHEMA_NEWER: a newer program wrote it. KEY_FILE_MISSING, WRONG_KEY, PASSPHRASE_WRONG:
 * the key. DISK_FULL, STORAGE_FAILED: the disk.
 */
export async function openVault(options: OpenOptions): Promise<Vault> {
  const core = await openCore(options);
  const { context, guard, acts, ballast, tombstones } = core;
  const secrets = makeSecrets(context);

  return {
    id: core.row.id,
    secrets,
    sessions: makeSessions(context),
    activations: makeActivations(context),
    requests: makeRequests(context),
    connections: makeConnections(context, secrets),
    sandboxes: makeSandboxes(context),
    containers: makeContainers(context),
    tokens: makeTokens(context),
    audit: core.audit,
    diagnosis: makeDiagnosis(context),
    idempotency: makeIdempotency(context),
    scans: makeScans(context),
    leaks: makeLeaks(context),
    localCommands: makeLocalCommands(context),
    history: makeHistory(context),
    status: () => statusOf(core),
    unseal: guard.unseal,
    seal: guard.seal,
    rekey: guard.rekey,
    rotate: (caller, options) => newDataKey(context, core.keyring, caller, options),
    reencryption: makeReencryption(context, core.keyring),
    backup: makeBackup(context),
    mac: (purpose, ...parts) => Buffer.from(context.keys.mac(purpose, ...parts)).toString('hex'),
    nonce: () => Buffer.from(randomBytes(16)).toString('hex'),
    tombstones: tombstones.count,
    flushTombstones: acts.flush,
    freeBytes: ballast.freeBytes,
    close: core.close,
  };
}

function statusOf({ db, row, context, schema }: Core): VaultStatus {
  const newest = sql(db, 'SELECT max(id) AS id FROM dataKey WHERE retiredAt IS NULL').get() as { id: number | null };
  return {
    id: row.id,
    state: context.keys.state,
    format: row.format,
    schema,
    epoch: row.epoch,
    keyId: newest.id ?? 0,
    publicKey: Buffer.from(row.publicKey).toString('base64'),
    unlock: readWrap(db).kind,
    createdAt: row.createdAt,
  };
}
