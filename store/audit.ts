/** Reading and checking the audit chain on behalf of operators. Writes nothing but what `record` is told. */

import type { AuditRow, Chain } from './audit-chain.js';
import { headProblem } from './audit-head.js';
import { requireOperator } from './caller.js';
import type { Context } from './context.js';
import { pageStart, toPage } from './paging.js';
import type { AuditEntry, TokenId } from './types.js';
import type { Audit } from './vault.js';

export function makeAudit(context: Context, chain: Chain, headFile: string, epoch: number): Audit {
  const { db } = context;
  const select = db.prepare<[Record<string, unknown>], AuditRow>(
    `SELECT * FROM audit
     WHERE seq < @before AND at >= @since
       AND (@action IS NULL OR action = @action OR substr(action, 1, length(@action) + 1) = @action || '.')
       AND (@target IS NULL OR instr(' ' || target || ' ', ' ' || @target || ' ') > 0)
     ORDER BY seq DESC LIMIT @limit`,
  );
  return {
    list(caller, filter = {}, page = {}) {
      requireOperator(context, caller, 'audit.list', 'audit');
      const { limit, after } = pageStart(page);
      const rows = select.all({
        before: after === null ? Number.MAX_SAFE_INTEGER : Number(after),
        since: filter.since ?? 0,
        action: filter.action ?? null,
        target: filter.target ?? null,
        limit: limit + 1,
      });
      return toPage(rows.map(toEntry), limit, (entry) => String(entry.seq));
    },

    verify(caller) {
      requireOperator(context, caller, 'audit.verify', 'audit');
      const verdict = chain.check();
      const problem = verdict.ok ? headProblem(headFile, context.vaultId, epoch, chain) : verdict.problem;
      return { ...verdict, ok: problem === null, problem };
    },

    record(caller, entry) {
      context.act(caller, entry, () => undefined);
    },
  };
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    seq: row.seq,
    at: row.at,
    caller: row.caller,
    token: row.token as TokenId | null,
    action: row.action,
    target: row.target,
    outcome: row.outcome as AuditEntry['outcome'],
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  };
}
