/** Registers a bundle: several secrets of one provider at once, all or none. What each secret needs is for store/secrets.ts to check. */

import { assertByHand } from './connections-guard.js';
import type { Context } from './context.js';
import { StoreError } from './errors.js';
import { authorizeAll } from './policy.js';
import { lookUpSecret, type StoredSecret } from './secrets-rows.js';
import type { Affected, Bundle, Caller, NewSecret, NewValue, RegisterOptions, Version } from './types.js';
import { withPlaintext } from './versions.js';

/** What is done to one secret; each is an act of its own inside that of the bundle. */
export interface SecretActs {
  create(caller: Caller, input: NewSecret, value: NewValue): StoredSecret;
  rotate(caller: Caller, secret: StoredSecret, value: NewValue, revoke: boolean): Affected & { version: Version };
}

/** What became of a bundle. */
export interface Registered extends Affected {
  secrets: StoredSecret[];
  created: string[];
  rotated: string[];
}

/** SECRET_EXISTS for all that are there, unless `rotate`; everything that creating and rotating throw. */
export function registerBundle(
  context: Context,
  acts: SecretActs,
  caller: Caller,
  { provider, items }: Bundle,
  options: RegisterOptions,
): Registered {
  authorizeAll(context, caller, ['secret.create', 'secret.rotate'], provider);
  return opened(context, items, (values) => {
    for (const [at, { look }] of items.entries()) look?.(values[at] ?? new Uint8Array(0));
    options.accept?.();
    const known = items.map(({ secret }) => lookUpSecret(context, secret.name));
    const there = known.flatMap((secret, at) =>
      secret === undefined || items[at]?.usual === true ? [] : [secret.name],
    );
    if (there.length > 0 && options.rotate !== true) throw exist(provider, there);
    for (const [at, secret] of known.entries())
      if (secret !== undefined && items[at]?.usual !== true) assertByHand(caller, secret);
    const entry = (done: Registered) => ({
      action: 'provider.register',
      target: provider,
      detail: { ...named('created', done.created), ...named('rotated', done.rotated) },
    });
    return context.act(caller, entry, () => {
      const done: Registered = { secrets: [], created: [], rotated: [], sessions: [] };
      for (const [at, { secret, usual }] of items.entries()) {
        const value = { plain: values[at] ?? new Uint8Array(0) };
        const old = known[at];
        if (old !== undefined && usual === true) {
          done.secrets.push(old);
          continue;
        }
        if (old === undefined) done.secrets.push(acts.create(caller, secret, value));
        else {
          done.sessions.push(...acts.rotate(caller, old, value, options.revoke === true).sessions);
          done.secrets.push(lookUpSecret(context, old.id) ?? old);
        }
        done[old === undefined ? 'created' : 'rotated'].push(secret.name);
      }
      return { ...done, sessions: [...new Set(done.sessions)] };
    });
  });
}

/** Gives `use` the plaintext of all; what was decrypted here is wiped afterwards. */
function opened<T>(
  context: Context,
  items: readonly { value: NewValue }[],
  use: (values: Uint8Array[]) => T,
  before: Uint8Array[] = [],
): T {
  const next = items[before.length];
  if (next === undefined) return use(before);
  return withPlaintext(context, next.value, (bytes) => opened(context, items, use, [...before, bytes]));
}

function named(member: string, names: string[]): Record<string, string[]> {
  return names.length === 0 ? {} : { [member]: names };
}

function exist(provider: string, names: string[]): StoreError {
  const problem = `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} registered`;
  const todo = `Store new values with "rotate": true (\`ampoule add ${provider} --rotate\`), or name another account`;
  return new StoreError('SECRET_EXISTS', `${problem}. ${todo}.`, {
    problems: names.map((name) => ({ pointer: '/fields', detail: `${name} is registered` })),
  });
}
