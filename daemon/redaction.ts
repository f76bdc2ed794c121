/** Redactors for what a sandbox was given: its active secrets and every version it ever had. Keeps no value but in them. */

import { makeRedactor, type OutputPart, type RedactorFactory } from '../sandbox/index.js';
import { type SandboxId, StoreError, type Vault } from '../store/index.js';
import type { Masking, Redactor } from './parts.js';

type Source = Pick<Vault, 'status' | 'sandboxes'>;
type Readable = ReturnType<Vault['sandboxes']['held']>[number];

/**
 * One redactor for each stream. They learn what the sandbox is given later before its output comes to them, and are wiped when
 * both have come to their end.
 * @throws StoreError VAULT_SEALED, here or from `push`: nobody can say then what is to be replaced.
 */
export function redactorsFor(vault: Source, sandbox: SandboxId): Masking {
  const { factory, learn } = knowledgeOf(vault, sandbox);
  let open = 2;
  const one = (): Redactor => {
    const stream = factory.stream();
    let ended = false;
    return {
      push(chunk, cut) {
        learn();
        return stream.push(chunk, cut);
      },
      end() {
        const rest = stream.end();
        if (!ended) open -= 1;
        ended = true;
        if (open === 0) factory.wipe();
        return rest;
      },
    };
  };
  return {
    stdout: one(),
    stderr: one(),
    text(given) {
      const stream = factory.stream();
      return Buffer.concat([stream.push(Buffer.from(given)), stream.end()]).toString('utf8');
    },
  };
}

/**
 * Output that is whole, redacted.
 * @throws StoreError VAULT_SEALED, also where a value that may be in it was destroyed: nobody can say what is to be replaced.
 */
export function redactAll(vault: Source, sandbox: SandboxId, output: readonly OutputPart[]): OutputPart[] {
  if (vault.sandboxes.lost(sandbox).length > 0) throw sealed();
  const { factory } = knowledgeOf(vault, sandbox);
  const streams = { stdout: factory.stream(), stderr: factory.stream() };
  try {
    const found = output.map(({ stream, data, cut }) => ({ stream, data: streams[stream].push(data, cut) }));
    for (const stream of ['stdout', 'stderr'] as const) found.push({ stream, data: streams[stream].end() });
    return found.filter(({ data }) => data.length > 0);
  } finally {
    factory.wipe();
  }
}

/** Texts in which these values are replaced. Keeps none of them. */
export function redactTexts(
  values: readonly { name: string; value: Uint8Array }[],
  texts: readonly string[],
): string[] {
  const factory = makeRedactor(values);
  try {
    return texts.map((text) => {
      const stream = factory.stream();
      return Buffer.concat([stream.push(Buffer.from(text)), stream.end()]).toString('utf8');
    });
  } finally {
    factory.wipe();
  }
}

/** A factory that knows what the sandbox was given until now, and what makes it learn what came since. */
function knowledgeOf(vault: Source, sandbox: SandboxId): { factory: RedactorFactory; learn: () => void } {
  if (vault.status().state === 'sealed') throw sealed();
  const known = new Set<string>();
  const factory = makeRedactor([]);
  let generation: number | null = null;
  const learn = (): void => {
    const now = vault.sandboxes.generation(sandbox);
    if (now === generation) return;
    const unknown = sensitive(vault, sandbox).filter((value) => !known.has(signOf(value)));
    if (unknown.length > 0 && vault.status().state === 'sealed') throw sealed();
    const values: { name: string; value: Uint8Array }[] = [];
    try {
      for (const { name, open } of unknown) values.push({ name, value: open() });
      if (values.length > 0) factory.learn(values);
    } finally {
      for (const { value } of values) value.fill(0);
    }
    for (const value of unknown) known.add(signOf(value));
    generation = now;
  };
  learn();
  return { factory, learn };
}

/** Active ones and those it was given, each version once. */
function sensitive(vault: Source, sandbox: SandboxId): Readable[] {
  const found = new Map<string, Readable>();
  for (const value of [...(vault.sandboxes.wanted(sandbox)?.values ?? []), ...vault.sandboxes.held(sandbox)])
    if (value.sensitive) found.set(signOf(value), value);
  return [...found.values()];
}

function signOf({ secret, version }: Readable): string {
  return `${secret} ${version}`;
}

function sealed(): StoreError {
  return new StoreError(
    'VAULT_SEALED',
    'The vault is sealed, so nobody can say what of this output is a secret. Run `ampoule vault unseal`.',
  );
}
