/** A vault's words from a session's toggle table and the catalogue of providers. Reads what it is given alone. */

import type { Session, Toggle } from '../../store/index.js';
import type { Provider } from '../providers/provider.js';
import type { Lexicon } from './types.js';

/** What words can mean in this session. A secret whose variable is of one provider only is taken for that one's. */
export function lexiconOf(
  session: Pick<Session, 'name' | 'environment'>,
  toggles: readonly Toggle[],
  providers: readonly Provider[],
): Lexicon {
  const owners = ownersOf(providers);
  return {
    session: { name: session.name, environment: session.environment },
    providers,
    secrets: toggles.map(({ name, env, provider, account, environment, tags, active, sensitive }) => ({
      ...{ name, env, account, environment, tags, active, sensitive },
      provider: provider ?? owners.get(env) ?? null,
    })),
  };
}

/** Variable → the only provider that has it. */
function ownersOf(providers: readonly Provider[]): ReadonlyMap<string, string | null> {
  const owners = new Map<string, string | null>();
  for (const { id, variables } of providers)
    for (const env of variables.flatMap(({ env: own, followers = [] }) => [own, ...followers]))
      owners.set(env, owners.has(env) && owners.get(env) !== id ? null : id);
  return owners;
}
