/** Panic goes on where a part of it fails. */

import t from 'tap';
import { panic } from '../../../daemon/leak/panic.js';
import { StoreError } from '../../../store/index.js';

const operator = { kind: 'operator' as const, token: 'tok_1' as const, name: 'me' };

function world(more: { endAll?: () => never; seal?: () => never; failed?: string[] } = {}) {
  const done: string[] = [];
  const row = (sandbox: string, holds: object[]) => ({ sandbox, holds });
  const parts = {
    vault: {
      id: 'vlt_1',
      containers: { open: () => [row('sbx_1', [{}]), row('sbx_1', [{}]), row('sbx_2', [{}]), row('sbx_3', [])] },
      leaks: {
        endAll:
          more.endAll ??
          (() => {
            done.push('ended');
            return { sessions: ['ses_1'], activations: 2 };
          }),
      },
      seal: more.seal ?? (() => done.push('sealed')),
    },
    revokeAll: async () => {
      done.push('revoked');
      return { failed: more.failed ?? [] };
    },
    events: { emit: ({ kind }: { kind: string }) => done.push(kind) },
    reschedule: () => {},
    reconciler: { wakeAll: () => done.push('woken') },
  };
  return { done, run: () => panic(parts as never, operator) };
}

t.test('ends, seals, revokes, and says what it was', async (t) => {
  const { done, run } = world({ failed: ['sbx_2'] });
  t.same(await run(), { sessions: 1, activations: 2, ended: ['sbx_1'], failed: ['sbx_2'] });
  t.same(done, ['ended', 'sealed', 'revoked', 'vault', 'session', 'woken']);
});

t.test('what cannot be recorded is done all the same, and then refused', async (t) => {
  const { done, run } = world({
    endAll: () => {
      throw new StoreError('REVOKED_NOT_RECORDED', 'the disk is full');
    },
  });
  await t.rejects(run(), { code: 'REVOKED_NOT_RECORDED' });
  t.same(done.slice(0, 2), ['sealed', 'revoked']);
});

t.test('who may not, changes nothing', async (t) => {
  const { done, run } = world({
    endAll: () => {
      throw new StoreError('FORBIDDEN', 'no');
    },
  });
  await t.rejects(run(), { code: 'FORBIDDEN' });
  t.same(done, []);
});

t.test('a seal that cannot be recorded ends what holds a value all the same', async (t) => {
  const { done, run } = world({
    seal: () => {
      throw new StoreError('REVOKED_NOT_RECORDED', 'the disk is full');
    },
  });
  await t.rejects(run(), { code: 'REVOKED_NOT_RECORDED' });
  t.same(done, ['ended', 'revoked', 'vault', 'session', 'woken']);
});
