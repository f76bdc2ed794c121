/** The reconciler's memory, kept in the vault: container rows before and after each Docker call. Calls no Docker. */

import { timingSafeEqual } from 'node:crypto';
import type { Held, Ledger, LedgerRow } from '../sandbox/index.js';
import { type ContainerRow, type SecretId, StoreError, type Vault } from '../store/index.js';
import { groupCommit } from './group-commit.js';
import { type HolderLog, holderLog } from './holders.js';
import { containerMac, isSandboxId } from './wish.js';

export type LedgerSource = Pick<Vault, 'id' | 'mac' | 'nonce' | 'containers' | 'sandboxes'>;

/**
 * The ledger over a vault. Each call is durable when it returns or resolves, but for the history of holders, which `holders`
 * collects: flush it before the vault closes.
 */
export function ledgerOver(vault: LedgerSource, holders: HolderLog = holderLog(vault.containers)): Ledger {
  const { containers } = vault;
  const group = groupCommit((acts) => containers.together(acts));
  // What is collected goes first: a start or an end is about all that came before it.
  const after = (row: number, act: (row: number) => void): void => {
    group.flush();
    holders.flush();
    act(row);
  };
  return {
    rows: (sandbox) => (isSandboxId(sandbox) ? containers.of(sandbox).map(rowOf) : []),
    intend({ sandbox, holds, ...row }) {
      if (!isSandboxId(sandbox)) throw new TypeError('A ledger row belongs to a sandbox of the vault.');
      return rowOf(containers.intend({ ...row, sandbox, nonce: vault.nonce(), holds: holds.map(heldOf) }));
    },
    created: (row, dockerId, imageDigest) => containers.created(row, dockerId, imageDigest),
    starting: (row) => after(row, containers.starting),
    started: (row, process) => containers.started(row, process),
    stopped: (row) => after(row, containers.stopped),
    delivering: (row, holds) => group.add(() => containers.delivering(row, holds.map(heldOf))),
    delivered: (row, at, holds) => group.add(() => containers.delivered(row, at, holds.map(heldOf))),
    holderBegan({ row, id, kind, pid, program, holds, since }) {
      if (holds.length === 0) return;
      holders.add({ event: 'began', container: row, holder: id, kind, pid, program, holds: holds.map(heldOf), since });
    },
    holderEnded: (row, id) => holders.add({ event: 'ended', container: row, holder: id, at: Date.now() }),
    role: (row, role) => containers.role(row, role),
    generation: (row, epoch, generation) => containers.generation(row, epoch, generation),
    ended: (row) => after(row, containers.ended),
    keepPorts(sandbox, ports) {
      if (isSandboxId(sandbox)) vault.sandboxes.keepPorts(sandbox, ports);
    },
    ours: (labels, dockerId) => labels.vault === vault.id && (known(vault, labels, dockerId) ?? signed(vault, labels)),
  };
}

type Labels = Parameters<Ledger['ours']>[0];

/** What the row with this nonce says: it was committed before the container was made. null: there is none. */
function known(vault: LedgerSource, { sandbox, nonce }: Labels, dockerId: string): boolean | null {
  if (!isSandboxId(sandbox) || nonce === '') return null;
  const row = vault.containers.of(sandbox).find((candidate) => same(candidate.nonce, nonce));
  return row === undefined ? null : row.dockerId === null || row.dockerId === dockerId;
}

/** The label's MAC is ours: of a row that a restore took away. While sealed nobody can tell, so it is not. */
function signed(vault: LedgerSource, { epoch, sandbox, nonce, mac }: Labels): boolean {
  try {
    return same(containerMac(vault, { epoch, sandbox, nonce }), mac);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'VAULT_SEALED') return false;
    throw error;
  }
}

function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function rowOf(row: ContainerRow): LedgerRow {
  const { createdAt: _created, endedAt: _ended, ...rest } = row;
  return rest;
}

function heldOf({ env, secret, version }: Held): ContainerRow['holds'][number] {
  if (!isSecretId(secret)) throw new TypeError('A held version belongs to a secret of the vault.');
  return { env, secret, version };
}

function isSecretId(id: string): id is SecretId {
  return id.startsWith('sec_');
}
