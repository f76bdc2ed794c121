/** Ties signing in at providers to the process: its facts, its timers, its chance. Asks nobody. */

import { randomBytes, randomInt } from 'node:crypto';
import { type Failpoint, realTimers } from '../sandbox/index.js';
import type { Vault } from '../store/index.js';
import type { Told } from './compose.js';
import type { Config } from './config.js';
import { readOauthFacts } from './oauth/facts.js';
import { makeOauthService } from './oauth/service.js';
import type { OauthService } from './oauth/service-types.js';
import type { Logger } from './parts.js';
import type { Catalogue } from './providers/catalogue.js';

export interface OauthIngredients {
  config: Pick<Config, 'oauthBases' | 'publicUrl' | 'listen'>;
  vault: Pick<Vault, 'connections'>;
  providers: Catalogue;
  log: Logger;
  failpoint?: Failpoint | undefined;
}

const PARTS = 2 ** 32;

/** @throws ConfigError where the facts that came with the daemon are damaged. */
export function composeOauth({ config, vault, providers, log, failpoint }: OauthIngredients) {
  const facts = readOauthFacts();
  return ({ events, metrics, changed }: Told): OauthService =>
    makeOauthService({
      ...{ facts, providers, vault, log, events, metrics, changed, timers: realTimers },
      bases: config.oauthBases,
      publicUrl: reachable(config),
      chance: () => randomInt(PARTS) / PARTS,
      secretText: () => randomBytes(32).toString('base64url'),
      failpoint: async (name) => failpoint?.(name),
    });
}

/** How a browser gets here; null: without a TCP address and another one configured it does not. */
function reachable({ listen, publicUrl }: OauthIngredients['config']): string | null {
  if (listen === null && publicUrl === 'http://localhost') return null;
  return publicUrl.replace(/\/$/, '');
}
