/** Turns vault rows into the desired state of a sandbox: the one place where both are known. Opens no value, calls no Docker. */

import type { SandboxSpec, Wish, Wishes } from '../sandbox/index.js';
import { type Sandbox, type SandboxId, StoreError, type Vault, type Wanted } from '../store/index.js';
import { DELETED_WITH_WORKSPACE } from './end-reason.js';

/** What of the vault a wish is made of. */
export type WishSource = Pick<Vault, 'id' | 'mac' | 'sandboxes'>;

/** Ids that the reconciler hands back are the ones it was given. */
export function isSandboxId(id: string): id is SandboxId {
  return id.startsWith('sbx_');
}

/** The wishes of every sandbox. */
export function wishesOf(vault: WishSource): Wishes {
  return {
    of(id) {
      if (!isSandboxId(id)) return null;
      const wanted = vault.sandboxes.wanted(id);
      return wanted === null ? null : wishFrom(vault, wanted);
    },
    all: () => vault.sandboxes.unsettled(),
  };
}

function wishFrom(vault: WishSource, wanted: Wanted): Wish {
  const { sandbox, epoch, generation } = wanted;
  const live = sandbox.state === 'live' && wanted.session.state === 'live';
  return {
    spec: specOf(vault.id, sandbox),
    goal: live ? 'running' : 'removed',
    removeWorkspace: !live && [sandbox.endReason, wanted.session.endReason].includes(DELETED_WITH_WORKSPACE),
    resets: sandbox.resets,
    epoch,
    generation,
    values: live
      ? wanted.values.map(({ env, secret, name, version, floor, as, path, open }) => ({
          ...{ env, secret, name, version, floor },
          ...{ as, path, open },
        }))
      : [],
    envMac: unlessSealed(() => environmentMac(vault, wanted)),
    mac: (nonce) => unlessSealed(() => containerMac(vault, { epoch, sandbox: sandbox.id, nonce })),
  };
}

/** Value of the label `dev.ampoule.mac`. Throws VAULT_SEALED. */
export function containerMac(
  vault: Pick<Vault, 'id' | 'mac'>,
  of: { epoch: number; sandbox: string; nonce: string },
): string {
  return vault.mac('container', vault.id, String(of.epoch), of.sandbox, of.nonce);
}

/**
 * Keyed digest of everything that decides the environment that a container is made with: by memory its own variables alone,
 * since its secrets come later. A secret counts with its id and version, which name its value for
 * good, so that a look at 500 sandboxes decrypts nothing; own variables count with what they hold.
 */
function environmentMac(vault: Pick<Vault, 'mac'>, { sandbox, values }: Wanted): string {
  const own = Object.entries(sandbox.settings.env).map(([name, value]): [string, string[]] => [name, ['own', value]]);
  const made = sandbox.delivery === 'env' ? values : [];
  const given = made.map(({ env, secret, version }): [string, string[]] => [env, ['secret', secret, String(version)]]);
  const whole = [...new Map([...own, ...given])].sort(([a], [b]) => (a < b ? -1 : 1));
  // A reset is another container with the same in it; no variable has an empty name.
  const reset = sandbox.resets === 0 ? [] : ['', String(sandbox.resets)];
  return vault.mac('environment', ...whole.flatMap(([name, parts]) => [name, ...parts]), ...reset);
}

function unlessSealed(mac: () => string): string | null {
  try {
    return mac();
  } catch (error) {
    if (error instanceof StoreError && error.code === 'VAULT_SEALED') return null;
    throw error;
  }
}

/** Volume of a session's own workspace. */
export function ownWorkspace(session: string): string {
  return `ampoule-ws-${session}`;
}

function specOf(vault: string, sandbox: Sandbox): SandboxSpec {
  const { image, pull, main, command, entrypoint, restart, env, user, workdir, labels, grace } = sandbox.settings;
  const { tty, stdinOpen, privileges, limits, network, ports, workspace, lease, oneShot } = sandbox.settings;
  const { onChange } = sandbox.settings;
  return {
    id: sandbox.id,
    name: sandbox.name,
    session: sandbox.session,
    vault,
    owner: sandbox.owner,
    ...{ image, pull, main, command, entrypoint, restart, env, user, workdir, labels, grace },
    ...{ tty, stdinOpen, privileges, limits, network, ports, lease, oneShot },
    onChange: onChange ?? (sandbox.delivery === 'env' ? 'restart' : 'keep'),
    workspace:
      workspace.kind === 'volume' && workspace.volume === ''
        ? { ...workspace, volume: ownWorkspace(sandbox.session) }
        : workspace,
  };
}
