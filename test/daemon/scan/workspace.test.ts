/** Through which container a workspace is read. */

import t from 'tap';
import { workspacesOf } from '../../../daemon/scan/workspace.js';
import type { ContainerRow, Sandbox } from '../../../store/index.js';
import { settings } from '../../store/domain-fixture.js';

const sandbox = { id: 'sbx_1', name: 'box', settings: settings() } as Pick<Sandbox, 'id' | 'name' | 'settings'>;
const row = (more: Partial<ContainerRow>) =>
  ({ role: 'current', dockerId: 'c1', endedAt: null, ...more }) as ContainerRow;

async function* nothing(): AsyncGenerator<Uint8Array> {}

t.test('the current one, running or not', async (t) => {
  const asked: string[] = [];
  const archive = async (id: string, path: string) => {
    asked.push(`${id} ${path}`);
    return nothing();
  };
  const rows = [row({ role: 'old', dockerId: 'c0' }), row({}), row({ role: 'next', dockerId: null })];
  const open = workspacesOf({ of: () => rows }, { archive });
  t.match(await open(sandbox, new AbortController().signal), { base: 'workspace' });
  t.same(asked, ['c1 /workspace']);
});

t.test('none, or one that Docker does not have any more', async (t) => {
  const signal = new AbortController().signal;
  const none = workspacesOf({ of: () => [row({ dockerId: null })] }, { archive: async () => nothing() });
  await t.rejects(none(sandbox, signal), { code: 'SANDBOX_NOT_RUNNING', message: /ampoule scan --dir PATH/ });
  const gone = workspacesOf({ of: () => [row({})] }, { archive: async () => null });
  await t.rejects(gone(sandbox, signal), { code: 'SANDBOX_NOT_RUNNING' });
});
