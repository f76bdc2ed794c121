/** Names containers and writes the labels they are known by; pure, and the only place that knows the keys. */

import type { SandboxSpec } from '../types.js';

const PREFIX = 'dev.ampoule.';

/** Who a container is. Labels can be copied by anybody: they point at a ledger row, and prove nothing by themselves. */
export interface Identity {
  vault: string;
  sandbox: string;
  session: string;
  nonce: string;
  mac: string;
  epoch: number;
  generation: number;
  delivery: 'env' | 'memory';
}

/** The labels of a container. Keys of ours that the image or the sandbox's own labels bring lose their value. */
export function labelsOf(
  identity: Identity,
  own: Record<string, string>,
  image: Record<string, string>,
): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const key of Object.keys(image)) if (key.startsWith(PREFIX)) labels[key] = '';
  for (const [key, value] of Object.entries(own)) if (!key.startsWith(PREFIX)) labels[key] = value;
  for (const [key, value] of Object.entries(identity)) labels[PREFIX + key] = String(value);
  return labels;
}

/** Reads them back; null when they are not complete. */
export function identityFrom(labels: Record<string, string>): Identity | null {
  const read = (key: string) => labels[PREFIX + key] ?? '';
  const delivery = read('delivery');
  const numbers = [read('epoch'), read('generation')];
  if (!numbers.every((text) => /^\d{1,15}$/.test(text)) || (delivery !== 'env' && delivery !== 'memory')) return null;
  const identity: Identity = {
    vault: read('vault'),
    sandbox: read('sandbox'),
    session: read('session'),
    nonce: read('nonce'),
    mac: read('mac'),
    epoch: Number(numbers[0]),
    generation: Number(numbers[1]),
    delivery,
  };
  return identity.vault && identity.sandbox && identity.nonce && identity.mac ? identity : null;
}

/** Filter for everything of a vault. */
export function vaultFilter(vault: string): string {
  return `${PREFIX}vault=${vault}`;
}

/** Filters for everything of a sandbox. */
export function sandboxFilter(vault: string, sandbox: string): string[] {
  return [vaultFilter(vault), `${PREFIX}sandbox=${sandbox}`];
}

/** The sandbox that a labelled thing says it belongs to; null: none. */
export function sandboxOf(labels: Record<string, string>): string | null {
  return labels[`${PREFIX}sandbox`] || null;
}

/** Labels of a volume. `owner` is the token that made it, `daemon` without one. */
export function volumeLabels(
  spec: Pick<SandboxSpec, 'vault' | 'session' | 'owner'>,
  sandbox: string | null,
): Record<string, string> {
  return {
    [`${PREFIX}vault`]: spec.vault,
    [`${PREFIX}session`]: spec.session,
    [`${PREFIX}owner`]: spec.owner ?? 'daemon',
    ...(sandbox === null ? {} : { [`${PREFIX}sandbox`]: sandbox }),
  };
}

/** Whether a volume belongs to the sandbox's session or to the token that made the sandbox. */
export function ownsVolume(
  spec: Pick<SandboxSpec, 'vault' | 'session' | 'owner'>,
  labels: Record<string, string>,
): boolean {
  if (labels[`${PREFIX}vault`] !== spec.vault) return false;
  if (labels[`${PREFIX}session`] === spec.session) return true;
  return spec.owner !== null && labels[`${PREFIX}owner`] === spec.owner;
}

/** The container's name, once it is the sandbox's only one. */
export function containerName(spec: Pick<SandboxSpec, 'name'>): string {
  return `ampoule-${spec.name}`;
}

/** The name of the one that is to replace it. */
export function nextName(spec: Pick<SandboxSpec, 'name'>, generation: number): string {
  return `ampoule-${spec.name}-g${generation}`;
}
