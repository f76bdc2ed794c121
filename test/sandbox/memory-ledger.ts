/** A ledger in memory, for tests of the containers without a vault. Keeps ended rows, as the vault does. */

import { createHmac, randomBytes } from 'node:crypto';
import type { Held, Holder, Ledger, LedgerRow, SandboxSpec } from '../../sandbox/index.js';

export interface MemoryLedger extends Ledger {
  /** Calls in order, as `started 3`. */
  readonly calls: string[];
  readonly every: (LedgerRow & { ended: boolean })[];
  readonly ports: Map<string, SandboxSpec['ports']>;
  /** All that ever began, with whether it ended. */
  readonly holders: (Holder & { ended: boolean })[];
  mac(epoch: number, sandbox: string, nonce: string): string;
}

export function memoryLedger(vault: string): MemoryLedger {
  const every: (LedgerRow & { ended: boolean })[] = [];
  const calls: string[] = [];
  const ports = new Map<string, SandboxSpec['ports']>();
  const holders: (Holder & { ended: boolean })[] = [];
  const find = (id: number) => {
    const row = every.find((one) => one.id === id);
    if (!row) throw new Error(`no row ${id}`);
    return row;
  };
  const mac = (epoch: number, sandbox: string, nonce: string) =>
    createHmac('sha256', vault).update(`${epoch}|${sandbox}|${nonce}`).digest('hex');
  return {
    calls,
    every,
    ports,
    holders,
    mac,
    rows: (sandbox) =>
      every.filter((row) => row.sandbox === sandbox && !row.ended).map(({ ended: _, ...row }) => ({ ...row })),
    intend(row) {
      const made = {
        ...row,
        resets: row.resets ?? 0,
        id: every.length + 1,
        dockerId: null,
        nonce: randomBytes(16).toString('hex'),
        pid: null,
        pidStart: null,
        bootId: null,
        imageDigest: null,
        ended: false,
      };
      every.push(made);
      calls.push(`intend ${made.id}`);
      return { ...made };
    },
    created(id, dockerId, imageDigest) {
      calls.push(`created ${id}`);
      Object.assign(find(id), { dockerId, imageDigest });
    },
    starting: (id) => void calls.push(`starting ${id}`),
    started(id, process) {
      calls.push(`started ${id}`);
      Object.assign(find(id), process);
    },
    stopped(id) {
      calls.push(`stopped ${id}`);
      Object.assign(find(id), { pid: null, pidStart: null, bootId: null });
    },
    delivering(id, holds) {
      calls.push(`delivering ${id} ${names(holds)}`);
      find(id).holds = [...holds];
    },
    delivered(id, at, holds) {
      calls.push(`delivered ${id} ${at.generation} ${names(holds)}`);
      Object.assign(find(id), { ...at, holds: [...holds] });
    },
    holderBegan: (holder) => void holders.push({ ...holder, ended: false }),
    holderEnded(row, id) {
      for (const one of holders) if (one.row === row && one.id === id) one.ended = true;
    },
    role(id, role) {
      calls.push(`role ${id} ${role}`);
      find(id).role = role;
    },
    generation(id, epoch, generation) {
      calls.push(`generation ${id} ${generation}`);
      Object.assign(find(id), { epoch, generation });
    },
    ended(id) {
      calls.push(`ended ${id}`);
      find(id).ended = true;
    },
    keepPorts: (sandbox, kept) => void ports.set(sandbox, kept),
    ours(labels, dockerId) {
      if (labels.vault !== vault) return false;
      const row = every.find((one) => one.nonce === labels.nonce && one.sandbox === labels.sandbox);
      if (row) return row.dockerId === null || row.dockerId === dockerId;
      return labels.mac === mac(labels.epoch, labels.sandbox, labels.nonce);
    },
  };
}

function names(holds: Held[]): string {
  return holds.map((one) => `${one.env}@${one.version}`).join(',');
}
