/**
 * The audit chain: each row's hash covers the one before it, and a MAC under a key of the vault covers the hash. Appends,
 * completes and checks rows; decides nothing about who may act. The bytes are specified in store/README.md.
 */

import { callerName, callerToken } from './caller.js';
import type { Clock, Keys } from './context.js';
import type { Database } from './database.js';
import { FORMAT } from './keyring.js';
import { digest, equal, frame } from './seal.js';
import type { AuditVerdict, Caller, NewAuditEntry } from './types.js';

/** Where the chain ends. */
export interface ChainEnd {
  seq: number;
  hash: Uint8Array;
}
export interface AuditRow {
  seq: number;
  at: number;
  caller: string;
  token: string | null;
  action: string;
  target: string;
  outcome: string;
  /** JSON as written: the hash covers this text. */
  detail: string;
  hash: Uint8Array;
  mac: Uint8Array | null;
}
export interface Chain {
  /** Inside a transaction of the caller's. Without a key the MAC stays empty until `complete`. */
  append(caller: Caller, entry: NewAuditEntry): ChainEnd;
  end(): ChainEnd;
  /** Hash of one row; null when there is none. */
  hashOf(seq: number): Uint8Array | null;
  /** true: an entry says that a restore began this epoch. */
  restored(epoch: number): boolean;
  /** true: rows at the chain's end were written sealed. */
  incomplete(): boolean;
  /** MACs the rows at the chain's end that were written sealed, as far as their hashes fit. */
  complete(): void;
  /** Looks at every row; while sealed MACs cannot be checked, only hashes. */
  check(): AuditVerdict;
}

/** The hash that a row must have behind a row with the hash `previous`. */
export function auditHash(previous: Uint8Array, row: Omit<AuditRow, 'hash' | 'mac'>): Uint8Array {
  const { seq, at, caller, token, action, target, outcome, detail } = row;
  return digest(
    frame('ampoule.audit', FORMAT, previous, seq, at, caller, token ?? '', action, target, outcome, detail),
  );
}

/** Target of the audit entry of a restore, which begins an epoch. */
export function restoreTarget(epoch: number): string {
  return `epoch-${epoch}`;
}

export function makeChain(db: Database, vaultId: string, keys: Keys, clock: Clock): Chain {
  const genesis: ChainEnd = { seq: 0, hash: digest(frame('ampoule.audit.genesis', FORMAT, vaultId)) };
  const last = db.prepare<[], ChainEnd & { mac: Uint8Array | null }>(
    'SELECT seq, hash, mac FROM audit ORDER BY seq DESC LIMIT 1',
  );
  const one = db.prepare<[number], Uint8Array>('SELECT hash FROM audit WHERE seq = ?').pluck();
  const all = db.prepare<[number], AuditRow>('SELECT * FROM audit WHERE seq > ? ORDER BY seq');
  const insert = db.prepare<[AuditRow]>(
    `INSERT INTO audit (seq, at, caller, token, action, target, outcome, detail, hash, mac)
     VALUES (@seq, @at, @caller, @token, @action, @target, @outcome, @detail, @hash, @mac)`,
  );
  const addMac = db.prepare<[Uint8Array, number]>('UPDATE audit SET mac = ? WHERE seq = ?');
  const lastMac = db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM audit WHERE mac IS NOT NULL').pluck();

  const restores = db
    .prepare<[string], number>(`SELECT count(*) FROM audit WHERE action = 'vault.restore' AND target = ?`)
    .pluck();

  const end = () => last.get() ?? { ...genesis, mac: genesis.hash };
  const hashOf = (seq: number) => (seq === 0 ? genesis.hash : (one.get(seq) ?? null));

  function complete(): void {
    const start = lastMac.get() ?? 0;
    let previous = hashOf(start);
    const fitting: ChainEnd[] = [];
    for (const row of all.iterate(start)) {
      if (previous === null || !equal(row.hash, auditHash(previous, row))) break;
      fitting.push(row);
      previous = row.hash;
    }
    for (const row of fitting) addMac.run(keys.mac('audit', row.hash), row.seq);
  }

  return {
    end,
    hashOf,
    complete,
    incomplete: () => end().mac === null,
    restored: (epoch) => (restores.get(restoreTarget(epoch)) ?? 0) > 0,

    append(caller, entry) {
      const previous = end();
      if (keys.state === 'unsealed' && previous.mac === null) complete();
      const row = {
        seq: previous.seq + 1,
        at: clock.now(),
        caller: callerName(caller),
        token: callerToken(caller),
        action: entry.action,
        target: entry.target,
        outcome: entry.outcome ?? 'done',
        detail: JSON.stringify(entry.detail ?? {}),
      };
      const hash = auditHash(previous.hash, row);
      insert.run({ ...row, hash, mac: keys.state === 'unsealed' ? keys.mac('audit', hash) : null });
      return { seq: row.seq, hash };
    },

    check() {
      let previous = genesis;
      let entries = 0;
      let withoutMac = 0;
      const fail = (seq: number, reason: string) => ({ ok: false, entries, problem: { seq, reason } });
      for (const row of all.iterate(0)) {
        entries++;
        if (row.seq !== previous.seq + 1)
          return fail(previous.seq + 1, `entries ${previous.seq + 1} to ${row.seq - 1} are missing`);
        if (!equal(row.hash, auditHash(previous.hash, row)))
          return fail(row.seq, 'its hash does not fit: it was changed, moved, or the one before it was');
        if (row.mac === null) withoutMac++;
        else if (withoutMac > 0) return fail(row.seq - 1, 'it has no MAC although a later entry has one');
        else if (keys.state === 'unsealed' && !equal(row.mac, keys.mac('audit', row.hash)))
          return fail(row.seq, 'its MAC was not made with the key of this vault');
        previous = row;
      }
      if (withoutMac > 0 && keys.state === 'unsealed')
        return fail(previous.seq - withoutMac + 1, 'it has no MAC although the vault is unsealed');
      return { ok: true, entries, problem: null };
    },
  };
}
