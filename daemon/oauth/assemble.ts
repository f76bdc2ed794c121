/** Makes the signing in of this process from its configuration and parts. Asks nobody before somebody asks it. */

import { randomBytes } from 'node:crypto';
import { realTimers } from '../../sandbox/index.js';
import type { SessionId, Vault } from '../../store/index.js';
import type { Config } from '../config.js';
import type { EventHub, Logger, Metrics } from '../parts.js';
import type { Catalogue } from '../providers/catalogue.js';
import { readOauthFacts } from './facts.js';
import { makeOauthService, type RunningOauth } from './service.js';

export interface OauthIngredients {
  config: Pick<Config, 'publicUrl' | 'listen' | 'oauthBases'>;
  vault: Pick<Vault, 'connections'>;
  providers: Pick<Catalogue, 'get'>;
  log: Logger;
  failpoint?: ((name: string) => void | Promise<void>) | undefined;
  /** What is made after it, read when it is used. */
  surroundings(): {
    events: Pick<EventHub, 'emit'>;
    metrics: Pick<Metrics, 'count'>;
    changed(sessions: SessionId[]): void;
  };
}

/** @throws ConfigError where the facts cannot be read. */
export function assembleOauth({
  config,
  vault,
  providers,
  log,
  failpoint = () => undefined,
  surroundings,
}: OauthIngredients): RunningOauth {
  return makeOauthService({
    ...{ vault, providers, log, failpoint },
    facts: readOauthFacts(),
    bases: config.oauthBases,
    publicUrl: config.listen === null ? null : config.publicUrl,
    timers: realTimers,
    chance: Math.random,
    secretText: () => randomBytes(32).toString('base64url'),
    changed: (sessions) => surroundings().changed(sessions),
    events: { emit: (event) => surroundings().events.emit(event) },
    metrics: { count: (...counted) => surroundings().metrics.count(...counted) },
  });
}
