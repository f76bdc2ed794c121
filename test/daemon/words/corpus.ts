/** The phrases of test/fixtures/words with what they mean, over the vaults that stand there. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCatalogue } from '../../../daemon/providers/catalogue.js';
import type { Lexicon, WordSecret } from '../../../daemon/words/types.js';

const DIRECTORY = fileURLToPath(new URL('../../fixtures/words', import.meta.url));
const read = (file: string) => JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8'));

export const PROVIDERS = readCatalogue(null).list();

/** `NAME provider [active] [plain] [#tag …]`; `-` for no provider. */
export function secretOf(line: string): WordSecret {
  const [name = '', provider = '-', ...rest] = line.split(' ');
  const [, env = '', account = null, environment = null] = /^([^@.]+)(?:@([^.]+))?(?:\.(.+))?$/.exec(name) ?? [];
  return {
    ...{ name, env, account: account ?? null, environment: environment ?? null },
    provider: provider === '-' ? null : provider,
    tags: rest.filter((word) => word.startsWith('#')).map((word) => word.slice(1)),
    active: rest.includes('active'),
    sensitive: !rest.includes('plain'),
  };
}

export const VAULTS: Readonly<Record<string, Lexicon>> = Object.fromEntries(
  Object.entries<{ session: Lexicon['session']; secrets: string[] }>(read('vaults.json')).map(([name, vault]) => [
    name,
    { session: vault.session, secrets: vault.secrets.map(secretOf), providers: PROVIDERS },
  ]),
);

export interface Phrase {
  vault: string;
  lexicon: Lexicon;
  text: string;
  /** `activate NAME … [for 20m]`, `list NAME …` and so on; `nothing`; `ask`, or `ask: choice | choice`. */
  expected: string;
}

/** All phrases, or those of the named files. */
export function corpus(files: readonly string[] = []): Phrase[] {
  const wanted = readdirSync(DIRECTORY).filter(
    (file) => file !== 'vaults.json' && (files.length === 0 || files.includes(file)),
  );
  return wanted.sort().flatMap((file) =>
    Object.entries<Record<string, string>>(read(file)).flatMap(([vault, phrases]) =>
      Object.entries(phrases).map(([text, expected]) => {
        const lexicon = VAULTS[vault];
        if (lexicon === undefined) throw new Error(`${file}: no vault ${vault}`);
        return { vault, lexicon, text, expected };
      }),
    ),
  );
}
