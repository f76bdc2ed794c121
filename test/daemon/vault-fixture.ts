/** A real vault with an operator, and short ways to put something into it. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Caller, makeKeyFile, type NewSandbox, openVault, type SandboxId } from '../../store/index.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { settings } from '../store/domain-fixture.js';

export const operator: Caller = { kind: 'operator', token: 'tok_OPERATOR', name: 'test' };
export const daemon: Caller = { kind: 'daemon' };

export async function testVault(t: Pick<Test, 'testdir' | 'teardown'>, directory = directoryUntilEnd(t)) {
  const keyFile = join(directory, 'etc', 'vault.key');
  mkdirSync(join(directory, 'etc'), { recursive: true });
  makeKeyFile(keyFile);
  const vault = await openVault({
    dataDir: join(directory, 'data'),
    unlock: { keyFile },
    auditHeadFile: join(directory, 'state', 'head'),
    runDir: join(directory, 'run'),
    version: '0.1.0',
  });
  t.teardown(() => vault.close());
  return {
    vault,
    directory,
    keyFile,
    secret: (name: string, value: string, sensitive = true) =>
      vault.secrets.create(operator, { name, sensitive }, { plain: Buffer.from(value) }),
    /** A sandbox of a session of its own with these secrets active. */
    sandbox(name: string, secrets: string[] = [], more: Partial<NewSandbox> = {}): SandboxId {
      const { sandbox } = vault.sandboxes.create(operator, {
        name,
        session: { name },
        secrets: secrets.map((secret) => ({ name: secret })),
        settings: settings(),
        requestedDelivery: 'env',
        delivery: 'env',
        idle: null,
        ...more,
      });
      return sandbox.id;
    },
  };
}
