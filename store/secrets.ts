/** Secrets: registered, rotated, described, revealed, destroyed. Delivers nothing, and holds no plaintext longer than one call. */

import { goesByEnv } from './activations-deliver.js';
import { assertStillFits } from './activations-fit.js';
import { callerName } from './caller.js';
import { assertByHand } from './connections-guard.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { pageStart, toPage } from './paging.js';
import { assertUnsealed, authorize, targetOf } from './policy.js';
import { assertNone } from './problems.js';
import { assertNotLeaked, isValue } from './same-value.js';
import { stagesReached } from './secret-stages.js';
import { draftSecret, memberProblems } from './secrets-input.js';
import { countUpcoming, listSecrets } from './secrets-list.js';
import { registerBundle } from './secrets-register.js';
import { rollBack } from './secrets-rollback.js';
import { findSecret, lookUpSecret, publicSecret, type StoredSecret, sessionsWith } from './secrets-rows.js';
import { deleteSecret, insertSecret, writeTags } from './secrets-write.js';
import { bump } from './sessions-rows.js';
import { sql } from './statements.js';
import type { Affected, Caller, Look, NewSecret, NewValue, SecretId, SessionId, Version } from './types.js';
import { usageOf } from './usage.js';
import type { Secrets } from './vault.js';
import {
  appendVersion,
  assertUtf8,
  assertValue,
  noValue,
  noVersion,
  openVersion,
  versionsOf,
  wipeVersions,
  withPlaintext,
} from './versions.js';

export function makeSecrets(context: Context): Secrets {
  function create(caller: Caller, input: NewSecret, value: NewValue, look?: Look): StoredSecret {
    authorize(context, caller, 'secret.create', input.name);
    assertUnsealed(context, 'registering a secret');
    const draft = draftSecret(input, context.clock.now());
    if (lookUpSecret(context, draft.name) !== undefined) throw exists(draft.name);
    context.requireRoom();
    const id = context.id('sec');
    return withPlaintext(context, value, (bytes) => {
      assertValue(draft, bytes);
      look?.(draft, bytes);
      const entry = { action: 'secret.create', target: targetOf({ id, name: draft.name }), detail: { version: 1 } };
      return context.act(caller, entry, () => {
        insertSecret(context, id, draft);
        appendVersion(context, id, bytes, callerName(caller));
        return findSecret(context, id);
      });
    });
  }

  function rotate(
    caller: Caller,
    secret: StoredSecret,
    value: NewValue,
    revoke: boolean,
    look?: Look,
  ): Affected & { version: Version } {
    const { id, currentVersion } = secret;
    return withPlaintext(context, value, (bytes) => {
      assertValue(secret, bytes);
      look?.(secret, bytes);
      const active = sessionsWith(context, id);
      if (active.some((session) => goesByEnv(context, session.id, secret))) assertUtf8(secret.name, bytes);
      const same = currentVersion !== null && isValue(context, secret, currentVersion, bytes);
      assertNotLeaked(context, secret, bytes);
      const entry = (version: Version) => ({
        action: 'secret.rotate',
        target: targetOf(secret),
        detail: { version, ...(revoke ? { revoke } : {}), ...(same ? { same } : {}) },
      });
      const sessions = active.map((session) => session.id);
      const version = context.act(caller, entry, () => {
        const next = same ? currentVersion : appendVersion(context, id, bytes, callerName(caller));
        const text = 'UPDATE secret SET updatedAt = ?, floor = max(floor, ?) WHERE id = ?';
        sql(context.db, text).run(context.clock.now(), revoke ? next : 0, id);
        if (!same || revoke) bump(context, sessions);
        for (const session of sessions) assertStillFits(context, session);
        context.scrub();
        return next;
      });
      return { version, sessions };
    });
  }

  return {
    create: (caller, input, value, options = {}) => publicSecret(create(caller, input, value, options.look)),

    register(caller, bundle, options = {}) {
      assertUnsealed(context, 'registering secrets');
      context.requireRoom();
      const done = registerBundle(context, { create, rotate }, caller, bundle, options);
      return { ...done, secrets: done.secrets.map(publicSecret) };
    },

    setValue(caller, name, value, options = {}) {
      authorize(context, caller, 'secret.rotate', name);
      assertUnsealed(context, 'storing a value');
      const secret = lookUpSecret(context, name);
      if (secret === undefined && name.startsWith('sec_')) findSecret(context, name);
      if (secret === undefined) {
        const created = create(caller, { name }, value, options.look);
        return { secret: publicSecret(created), created: true, version: 1, sessions: [] };
      }
      assertByHand(caller, secret);
      context.requireRoom();
      const { version, sessions } = rotate(caller, secret, value, options.revoke === true, options.look);
      return { secret: publicSecret(findSecret(context, secret.id)), created: false, version, sessions };
    },

    list(caller, filter = {}, page = {}) {
      authorize(context, caller, 'secret.list', 'secret');
      const { limit, after } = pageStart(page);
      return toPage(listSecrets(context, filter, after, limit + 1), limit, ({ name }) => name);
    },

    get(caller, name) {
      authorize(context, caller, 'secret.get', name);
      return publicSecret(findSecret(context, name));
    },

    update(caller, name, patch) {
      authorize(context, caller, 'secret.update', name);
      const secret = findSecret(context, name);
      assertNone(memberProblems(patch, context.clock.now()));
      const entry = { action: 'secret.update', target: targetOf(secret), detail: { members: Object.keys(patch) } };
      return context.act(caller, entry, () => {
        const next = { ...secret, ...patch };
        const text = `UPDATE secret SET description = @description, provider = @provider, sensitive = @sensitive,
          expiresAt = @expiresAt, rotateEvery = @rotateEvery, updatedAt = @now WHERE id = @id`;
        const { id, description, provider, expiresAt, rotateEvery } = next;
        const now = context.clock.now();
        sql(context.db, text).run({
          ...{ id, description, provider, expiresAt, rotateEvery, now },
          sensitive: next.sensitive ? 1 : 0,
        });
        if (patch.tags !== undefined) writeTags(context, id, patch.tags);
        const selected = patch.tags !== undefined || patch.provider !== undefined;
        const sessions = selected ? sessionsWith(context, id).map((session) => session.id) : [];
        bump(context, sessions);
        for (const session of sessions) assertStillFits(context, session);
        return { ...publicSecret(findSecret(context, id)), sessions };
      });
    },

    rollback: (caller, name, version, options = {}) =>
      rollBack(context, { rotate }, caller, name, version, options.revoke === true),

    usage: (caller, name, filter, page) => usageOf(context, caller, name, filter, page),

    upcoming: () => countUpcoming(context),

    reached: (from, to) => stagesReached(context, from, to),

    versions(caller, name) {
      authorize(context, caller, 'secret.get', name);
      return versionsOf(context, findSecret(context, name).id);
    },

    destroyVersion(caller, name, version) {
      authorize(context, caller, 'secret.destroy', name);
      const secret = findSecret(context, name);
      assertByHand(caller, secret);
      const row = versionsOf(context, secret.id).find((one) => one.version === version);
      if (row === undefined) throw noVersion(secret.name, version);
      const sessions = sessionsWith(context, secret.id).map((session) => session.id);
      if (row.destroyedAt !== null) return { sessions };
      const entry = { action: 'secret.destroy', target: targetOf(secret), detail: { version } };
      context.revoke(caller, entry, pairs(secret.id, sessions), () => {
        wipeVersions(context, secret.id, version);
        if (secret.currentVersion !== null && version < secret.currentVersion)
          sql(context.db, 'UPDATE secret SET floor = max(floor, ?) WHERE id = ?').run(version + 1, secret.id);
        bump(context, sessions);
      });
      return { sessions };
    },

    delete(caller, name, options = {}) {
      authorize(context, caller, 'secret.delete', name);
      const secret = findSecret(context, name);
      assertByHand(caller, secret);
      const active = sessionsWith(context, secret.id);
      if (active.length > 0 && options.force !== true) throw inUse(secret.name, active);
      const sessions = active.map((session) => session.id);
      const entry = { action: 'secret.delete', target: targetOf(secret), detail: { sessions } };
      context.revoke(caller, entry, pairs(secret.id, sessions), () => deleteSecret(context, secret.id));
      return { sessions };
    },

    reveal(caller, name, reason) {
      authorize(context, caller, 'secret.reveal', name);
      assertUnsealed(context, 'revealing a value');
      const secret = findSecret(context, name);
      const detail = reason.trim() === '' ? 'is empty' : reason.length > 500 ? 'has more than 500 characters' : null;
      if (detail !== null) assertNone([{ pointer: '/reason', detail }], 'Say in a few words why the value is needed.');
      const version = secret.currentVersion;
      if (version === null) throw noValue(secret.name);
      const entry = { action: 'secret.reveal', target: targetOf(secret), detail: { version, reason } };
      let value: Uint8Array | undefined;
      try {
        value = context.act(caller, entry, () => (value = openVersion(context, secret, version)));
        return { name: secret.name, version, value };
      } catch (error) {
        value?.fill(0);
        throw error;
      }
    },
  };
}

function pairs(secret: SecretId, sessions: SessionId[]): () => { session: string; secret: string }[] {
  return () => sessions.map((session) => ({ session, secret }));
}

function exists(name: string): StoreError {
  const problem = `A secret called ${name} is registered`;
  return new StoreError('SECRET_EXISTS', `${problem}. Rotate it with \`ampoule secret set ${name}\`.`, {
    problems: [{ pointer: '/name', detail: problem }],
  });
}

function inUse(name: string, sessions: { name: string }[]): StoreError {
  const list = sessions.map((session) => session.name).join(', ');
  const todo = `Deactivate it there, or delete it with force=true (\`ampoule secret rm ${name} --force\`), which takes it away first`;
  return new StoreError('SECRET_ACTIVE', `${name} is active in ${list}. ${todo}.`);
}
