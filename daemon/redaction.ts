/** Redactors for what a sandbox was given: its active secrets and every version it ever had. Keeps no value but in them. */

import { makeRedactor } from '../sandbox/index.js';
import { type SandboxId, StoreError, type Vault } from '../store/index.js';
import type { Redactor } from './parts.js';

/**
 * One redactor for each stream. What they know is wiped when both have come to their end.
 * @throws StoreError VAULT_SEALED: nobody can say then what is to be replaced.
 */
export function redactorsFor(
  vault: Pick<Vault, 'status' | 'sandboxes'>,
  sandbox: SandboxId,
): { stdout: Redactor; stderr: Redactor } {
  if (vault.status().state === 'sealed') {
    throw new StoreError(
      'VAULT_SEALED',
      'The vault is sealed, so nobody can say what of this output is a secret. Run `ampoule vault unseal`.',
    );
  }
  const known = new Map<string, { name: string; open(): Uint8Array }>();
  for (const value of [...(vault.sandboxes.wanted(sandbox)?.values ?? []), ...vault.sandboxes.held(sandbox)]) {
    if (value.sensitive) known.set(`${value.secret} ${value.version}`, value);
  }
  const values: { name: string; value: Uint8Array }[] = [];
  try {
    for (const { name, open } of known.values()) values.push({ name, value: open() });
    const factory = makeRedactor(values);
    let open = 2;
    const one = (): Redactor => {
      const stream = factory.stream();
      let ended = false;
      return {
        push: (chunk) => stream.push(chunk),
        end() {
          const rest = stream.end();
          if (!ended) open -= 1;
          ended = true;
          if (open === 0) factory.wipe();
          return rest;
        },
      };
    };
    return { stdout: one(), stderr: one() };
  } finally {
    for (const { value } of values) value.fill(0);
  }
}
