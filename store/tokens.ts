/** Tokens: minted, listed, revoked, recognised. Only a digest is stored; the token itself exists once, in the answer that mints it. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { allowanceProblems } from './allowance.js';
import { callerToken } from './caller.js';
import type { Context } from './context.js';
import { assertDuration } from './deadline.js';
import { type InputProblem, StoreError } from './errors.js';
import { pageStart, toPage } from './paging.js';
import { authorize, refuseAs, targetOf } from './policy.js';
import { assertNone, quote } from './problems.js';
import { reachLiveSession } from './sessions-rows.js';
import { sql } from './statements.js';
import { WHOLE } from './tombstones.js';
import type { Allowance, Caller, Millis, NewToken, SessionId, Token, TokenId, TokenKind } from './types.js';
import type { Tokens } from './vault.js';

const PREFIX: Readonly<Record<TokenKind, string>> = {
  operator: 'amp_op_',
  launcher: 'amp_la_',
  agent: 'amp_ag_',
  metrics: 'amp_me_',
};
/** 256 bits as base64url behind a prefix. */
const TOKEN = /^amp_(op|la|ag|me)_[A-Za-z0-9_-]{43}$/;
const TOKEN_NAME = /^[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,63}$/;

const COLUMNS =
  't.id, t.kind, t.name, t.session, t.allow, t.owner, t.createdAt, t.expiresAt, t.lastUsedAt, t.revokedAt';

export function makeTokens(context: Context): Tokens {
  /** Last uses that are not written yet. */
  const uses = new Map<TokenId, Millis>();
  const fresh = (token: Token): Token => ({ ...token, lastUsedAt: uses.get(token.id) ?? token.lastUsedAt });

  return {
    create(caller, input) {
      authorize(context, caller, 'token.create', input.name);
      if (caller.kind === 'launcher' && input.kind !== 'agent') refuseKind(context, caller, input);
      assertInput(input);
      const session = sessionOf(context, caller, input);
      const secret = PREFIX[input.kind] + randomBytes(32).toString('base64url');
      const now = context.clock.now();
      const token: Token = {
        ...{ id: context.id('tok'), kind: input.kind, name: input.name, session, allow: allowOf(input) },
        ...{ owner: callerToken(caller), createdAt: now, lastUsedAt: null, revokedAt: null },
        expiresAt: input.ttl === undefined ? null : now + input.ttl,
      };
      const { kind, allow, expiresAt } = token;
      const detail = { kind, session, allow, expiresAt };
      return context.act(caller, { action: 'token.create', target: targetOf(token), detail }, () => {
        insertToken(context, token, digestOf(secret));
        return { token, secret };
      });
    },

    list(caller, page = {}) {
      authorize(context, caller, 'token.list', 'token');
      const { limit, after } = pageStart(page);
      const text = `SELECT ${COLUMNS} FROM token t WHERE (@after IS NULL OR t.id < @after)
        AND (@owner IS NULL OR t.owner = @owner) ORDER BY t.id DESC LIMIT @rows`;
      const owner = caller.kind === 'launcher' ? caller.token : null;
      const rows = sql(context.db, text).all({ after, owner, rows: limit + 1 });
      return toPage(
        rows.map((row) => fresh(toToken(row))),
        limit,
        ({ id }) => id,
      );
    },

    revoke(caller, id) {
      authorize(context, caller, 'token.revoke', id);
      const row = sql(context.db, `SELECT ${COLUMNS} FROM token t WHERE t.id = ?`).get(id);
      if (row === undefined) throw noToken(id);
      const token = toToken(row);
      if (caller.kind === 'launcher' && token.owner !== caller.token)
        refuseAs(context, caller, 'token.revoke', targetOf(token), noToken(id));
      if (token.revokedAt !== null) return fresh(token);
      const revokedAt = context.clock.now();
      const entry = { action: 'token.revoke', target: targetOf(token), detail: { kind: token.kind } };
      // What a launcher minted goes with it: otherwise a stolen one would live on in its agents' tokens.
      const text =
        'UPDATE token SET revokedAt = @revokedAt WHERE revokedAt IS NULL AND (id = @id OR owner = @launcher)';
      const launcher = token.kind === 'launcher' ? token.id : null;
      context.revoke(
        caller,
        entry,
        () => tombstonesOf(context, token.id, launcher),
        () => void sql(context.db, text).run({ revokedAt, id: token.id, launcher }),
      );
      return fresh({ ...token, revokedAt });
    },

    authenticate(secret) {
      if (!TOKEN.test(secret)) return null;
      const digest = digestOf(secret);
      const row = sql(context.db, `SELECT t.digest, ${COLUMNS} FROM token t WHERE t.digest = ?`).get(digest);
      if (row === undefined) return null;
      const { digest: stored, ...rest } = row as { digest: Uint8Array };
      if (!timingSafeEqual(stored, digest)) return null;
      const token = toToken(rest);
      const now = context.clock.now();
      if (token.revokedAt !== null || context.entombed(token.id, WHOLE)) return { problem: 'revoked' };
      if (token.expiresAt !== null && token.expiresAt <= now) return { problem: 'expired' };
      uses.set(token.id, now);
      return { caller: callerOf(token), token: { ...token, lastUsedAt: now } };
    },

    flush() {
      if (uses.size === 0) return;
      const written = [...uses];
      context.write('token.used', () => {
        for (const [id, at] of written) sql(context.db, 'UPDATE token SET lastUsedAt = ? WHERE id = ?').run(at, id);
      });
      for (const [id, at] of written) if (uses.get(id) === at) uses.delete(id);
    },
  };
}

/** What a revocation of this token names: itself and what it minted. */
function tombstonesOf(context: Context, id: TokenId, launcher: TokenId | null): { session: string; secret: string }[] {
  const text = 'SELECT id FROM token WHERE revokedAt IS NULL AND (id = @id OR owner = @launcher)';
  const rows = sql(context.db, text).all({ id, launcher }) as { id: TokenId }[];
  return rows.map((row) => ({ session: row.id, secret: WHOLE }));
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

function toToken(row: unknown): Token {
  const { allow, ...rest } = row as Omit<Token, 'allow'> & { allow: string | null };
  return { ...rest, allow: allow === null ? null : (JSON.parse(allow) as Allowance) };
}

function callerOf({ id, kind, name, session, allow }: Token): Caller {
  if (kind === 'launcher') return { kind, token: id, name, allow: allow ?? {} };
  if (kind !== 'agent') return { kind, token: id, name };
  if (session === null) throw new Error(`agent token ${id} without a session`);
  return { kind, token: id, name, session };
}

function allowOf({ kind, allow }: NewToken): Allowance | null {
  return kind === 'launcher' ? (allow ?? {}) : null;
}

/** The live session of an agent token; a launcher's own. */
function sessionOf(context: Context, caller: Caller, input: NewToken): SessionId | null {
  if (input.kind !== 'agent' || input.session === undefined) return null;
  return reachLiveSession(context, caller, 'token.create', input.session).id;
}

function assertInput(input: NewToken): void {
  const problems: InputProblem[] = [];
  if (!TOKEN_NAME.test(input.name)) {
    const detail = `${quote(input.name)} is no name of a token: 1 to 64 letters, digits, spaces and . _ @ / -`;
    problems.push({ pointer: '/name', detail });
  }
  if (input.kind === 'agent' && input.session === undefined)
    problems.push({ pointer: '/session', detail: 'is missing; a token of kind agent is for one session' });
  if (input.kind !== 'agent' && input.session !== undefined)
    problems.push({ pointer: '/session', detail: 'is only for tokens of kind agent' });
  if (input.kind !== 'launcher' && input.allow !== undefined)
    problems.push({ pointer: '/allow', detail: 'is only for tokens of kind launcher' });
  problems.push(...allowanceProblems(input.allow ?? {}));
  assertNone(problems);
  if (input.ttl !== undefined) assertDuration(input.ttl, '/ttl');
}

function refuseKind(context: Context, caller: Caller & { name: string }, input: NewToken): never {
  const message = `The launcher token ${caller.name} mints only agent tokens, no ${input.kind}. Ask an operator for it.`;
  const entry = { action: 'token.create', target: input.name, detail: { kind: input.kind } };
  return context.refuse(caller, 'FORBIDDEN', entry, message);
}

function insertToken(context: Context, token: Token, digest: Uint8Array): void {
  const text = `INSERT INTO token (id, kind, name, digest, session, allow, owner, createdAt, expiresAt)
    VALUES (@id, @kind, @name, @digest, @session, @allow, @owner, @createdAt, @expiresAt)`;
  const { id, kind, name, session, owner, createdAt, expiresAt } = token;
  const allow = token.allow === null ? null : JSON.stringify(token.allow);
  sql(context.db, text).run({ id, kind, name, digest, session, allow, owner, createdAt, expiresAt });
}

function noToken(id: string): StoreError {
  return new StoreError('TOKEN_NOT_FOUND', `There is no token ${quote(id)}. Run \`ampoule token ls\`.`);
}
