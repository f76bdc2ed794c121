/** Looks from outside whether a process of ours still holds a value: what the kernel shows, not what the daemon remembers. Ends nothing. */

import { type Holding, type ProcessSearch, REDACTED_FROM } from '../../sandbox/index.js';
import type { SandboxId, Secret, Vault } from '../../store/index.js';

/** What was looked at, what holds the value, and what could not be seen. */
export interface Proof {
  /** Processes of sandboxes that were looked at. */
  processes: number;
  holders: (Omit<Holding, 'container'> & { sandbox: string; container: string })[];
  /** Sentences. */
  cannotSee: string[];
}

export interface ProofParts {
  vault: Pick<Vault, 'containers' | 'leaks' | 'sandboxes'>;
  /** As `searchProcesses` of the containers' layer. */
  search(containers: ReadonlySet<string>, values: readonly Uint8Array[], files: readonly string[]): ProcessSearch;
  root: boolean;
}

/** Where an init writes secrets that are files. */
const FILES = '/.ampoule/files';
/** Files that are told one by one, and characters of a path. */
const TOLD = 10;
const LONGEST = 200;

export type Prove = (secret: Pick<Secret, 'id' | 'as' | 'path'>) => Proof;

export function proves({ vault, search, root }: ProofParts): Prove {
  return (secret) => {
    const cannotSee = [
      'Copies that a program made elsewhere: in its memory, in files, in logs, on other machines. Only a new value ends these.',
    ];
    const running = vault.containers.open().filter((row) => row.dockerId !== null && row.pid !== null);
    const sandboxes = new Map(running.map((row) => [row.dockerId ?? '', row.sandbox]));
    const name = (id: SandboxId | undefined) =>
      id === undefined ? '' : vault.sandboxes.get({ kind: 'daemon' }, id).name;
    const plain = [...new Set(sandboxes.values())].filter((id) => delivery(vault, id) === 'env').map(name);
    if (plain.length > 0)
      cannotSee.push(`What Docker keeps in its own files of sandboxes with delivery env (${plain.join(', ')}).`);
    if (!root) return { processes: 0, holders: [], cannotSee: [...cannotSee, NOT_ROOT] };
    const { values, untold } = opened(vault, secret.id);
    cannotSee.push(...untold);
    try {
      const files = secret.as === 'file' ? [FILES, ...(secret.path === null ? [] : [secret.path])] : [FILES];
      const found = search(new Set(sandboxes.keys()), values, files);
      // Of these only Docker's word is known: their processes are not ours to see.
      const hidden = running.filter((row) => row.pidStart === null).map((row) => name(row.sandbox));
      if (hidden.length > 0) cannotSee.push(`Processes of ${hidden.join(', ')}: ${ELSEWHERE}`);
      if (found.unreadable > 0)
        cannotSee.push(`The environments of ${found.unreadable} processes, which may not be read.`);
      const left = found.leftOut.slice(0, TOLD).map(({ container, path, reason }) => {
        return `${JSON.stringify(path.slice(0, LONGEST))} in ${name(sandboxes.get(container))} (${reason})`;
      });
      const more = found.leftOut.length - left.length;
      if (left.length > 0)
        cannotSee.push(`Files that could not be read: ${left.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`);
      const holders = found.holders.map((held) => ({ ...held, sandbox: name(sandboxes.get(held.container)) }));
      return { processes: values.length === 0 ? 0 : found.processes, holders, cannotSee };
    } finally {
      for (const value of values) value.fill(0);
    }
  };
}

const NOT_ROOT =
  'Processes: the daemon is not root, so the kernel shows it none of theirs. Run it as root to have them looked at.';
const ELSEWHERE = 'the daemon does not see the processes of their engine. In a container it needs `pid: host`.';

function delivery(vault: ProofParts['vault'], id: SandboxId): string {
  return vault.sandboxes.get({ kind: 'daemon' }, id).delivery;
}

/** Every version that can be read and told from other bytes, which the caller wipes; of the others what is to be said. */
function opened(vault: ProofParts['vault'], secret: Secret['id']): { values: Uint8Array[]; untold: string[] } {
  const values: Uint8Array[] = [];
  let [failed, short] = [0, 0];
  const all = vault.leaks.values(secret);
  for (const { open } of all) {
    try {
      const value = open();
      if (value.length >= REDACTED_FROM) values.push(value);
      else {
        value.fill(0);
        short += 1;
      }
    } catch {
      failed += 1;
    }
  }
  const untold: string[] = [];
  const of = `of ${all.length} versions`;
  if (short > 0)
    untold.push(
      `Holders of ${short} ${of}, whose value is too short to be searched for: fewer than ${REDACTED_FROM} bytes stand anywhere by chance.`,
    );
  if (failed > 0)
    untold.push(
      `Holders of ${failed} ${of}, whose value could not be read to compare with: unseal the vault (\`ampoule vault unseal\`) and ask again.`,
    );
  return { values, untold };
}
