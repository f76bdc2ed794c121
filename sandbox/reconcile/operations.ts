/** The operations that a plan is made of, and their text; pure, and nothing here decides or acts. */

import type { ContainerRole, LedgerRow } from '../types.js';

/** An existing container of a row, or the one that the same plan creates. */
export type Subject = { row: LedgerRow; id: string; name: string } | 'created';

export type Operation = { cause: string } & (
  | { do: 'adopt'; row: LedgerRow; id: string; name: string }
  /** Row without a container, from now on. */
  | { do: 'end'; row: LedgerRow }
  /** Somebody else started or restarted it: its process is another. */
  | { do: 'recordStart'; of: Subject }
  | { do: 'recordStop'; of: Subject }
  | { do: 'recordGeneration'; of: Subject; epoch: number; generation: number }
  | { do: 'role'; of: Subject; role: ContainerRole }
  | { do: 'unpause'; of: Subject }
  /** TERM, `grace` milliseconds, KILL. `revoking`: if Docker is slow about it, by the kernel. */
  | { do: 'stop'; of: Subject; grace: number; revoking: boolean }
  | { do: 'remove'; of: Subject }
  | { do: 'removeStranger'; id: string; name: string }
  | { do: 'removeVolume'; volume: string }
  | { do: 'choosePorts' }
  | { do: 'pull'; image: string }
  /** `reuse`: the row of a create that was not answered and is not there. */
  | { do: 'create'; name: string; role: ContainerRole; image: string; reuse: LedgerRow | null }
  | { do: 'start'; of: Subject }
  | { do: 'rename'; of: Subject; name: string }
);

/** A plan as lines that a person reads: what is done to what, and why. */
export function printed(operations: Operation[]): string[] {
  const created = operations.find((one) => one.do === 'create');
  const name = (of: Subject) => (of === 'created' ? (created?.name ?? 'the new container') : of.name);
  return operations.map((one) => `${phrase(one, name)}: ${one.cause}`);
}

function phrase(one: Operation, name: (of: Subject) => string): string {
  switch (one.do) {
    case 'adopt':
      return `adopt ${one.name}`;
    case 'end':
      return `end row ${one.row.id}`;
    case 'recordStart':
      return `record that ${name(one.of)} runs`;
    case 'recordStop':
      return `record that ${name(one.of)} stands still`;
    case 'recordGeneration':
      return `record generation ${one.epoch}.${one.generation} for ${name(one.of)}`;
    case 'role':
      return `call ${name(one.of)} ${one.role}`;
    case 'unpause':
      return `unpause ${name(one.of)}`;
    case 'stop':
      return one.grace > 0 ? `stop ${name(one.of)} within ${one.grace} ms` : `kill ${name(one.of)}`;
    case 'remove':
      return `remove ${name(one.of)}`;
    case 'removeStranger':
      return `remove ${one.name}, which has no row`;
    case 'removeVolume':
      return `remove volume ${one.volume}`;
    case 'choosePorts':
      return 'choose host ports';
    case 'pull':
      return `pull ${one.image}`;
    case 'create':
      return `create ${one.name}${one.reuse ? ` for row ${one.reuse.id}` : ''}`;
    case 'start':
      return `start ${name(one.of)}`;
    case 'rename':
      return `rename ${name(one.of)} to ${one.name}`;
  }
}
