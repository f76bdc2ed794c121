import t from 'tap';
import { sealAll } from '../../../daemon/leak/sealing.js';
import { StoreError } from '../../../store/index.js';

const operator = { kind: 'operator', id: 'tok_1', name: 'admin' } as never;

function world(seal: () => void) {
  const done: string[] = [];
  const parts = {
    vault: {
      seal() {
        done.push('sealed');
        seal();
      },
    },
    revokeAll: async () => {
      done.push('revoked');
      return { failed: ['sbx_1'] };
    },
  };
  return { done, run: (revoke: boolean) => sealAll(parts as never, operator, revoke) };
}
const refuse = (code: 'AUDIT_UNWRITABLE' | 'FORBIDDEN') => () => {
  throw new StoreError(code as never, 'no');
};

t.test('ends what holds a value only where it was asked for', async (t) => {
  const { done, run } = world(() => {});
  t.same(await run(false), { failed: [], failure: null });
  t.same(await run(true), { failed: ['sbx_1'], failure: null });
  t.same(done, ['sealed', 'sealed', 'revoked']);
});

t.test('what cannot be recorded is done all the same', async (t) => {
  const { done, run } = world(refuse('AUDIT_UNWRITABLE'));
  t.match(await run(true), { failed: ['sbx_1'], failure: { code: 'AUDIT_UNWRITABLE' } });
  t.same(done, ['sealed', 'revoked']);
});

t.test('who may not, changes nothing', async (t) => {
  const { done, run } = world(refuse('FORBIDDEN'));
  await t.rejects(run(true), { code: 'FORBIDDEN' });
  t.same(done, ['sealed']);
});
