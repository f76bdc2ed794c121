/** Builds the parts that the process is made of and ties them together. Listens nowhere and starts nothing. */

import type { Delivery, Inspection, Reconciler } from '../sandbox/index.js';
import type { Caller, Page, RequestId, Sandbox, SandboxId, SessionId, TokenId, Vault } from '../store/index.js';
import type { Config } from './config.js';
import { makeDoctor } from './doctor/doctor.js';
import { createEventHub } from './events.js';
import type { Prove } from './leak/proof.js';
import { createMetrics } from './metrics.js';
import type { OauthService } from './oauth/service-types.js';
import type { Deliveries, Logger, Parts } from './parts.js';
import type { Catalogue } from './providers/catalogue.js';
import { redactorsFor } from './redaction.js';
import { revokeEverything } from './revocation.js';
import type { ScanService } from './scan/service.js';
import { isSandboxId } from './wish.js';

const DAEMON: Caller = { kind: 'daemon' };

/** What the parts are made from. */
export interface Ingredients {
  config: Config;
  vault: Vault;
  reconciler: Reconciler;
  /** The one that a sandbox was resolved to. */
  delivery(sandbox: string): Delivery;
  deliveries: Deliveries;
  providers: Catalogue;
  /** Signs in to providers; absent: to none. */
  oauth?: OauthService;
  inspection: Inspection;
  writeHolders(): void;
  scans: ScanService;
  prove: Prove;
  log: Logger;
  version: string;
  /** Looks again at what expires next. */
  reschedule(): void;
}

export interface Composed {
  parts: Parts;
  /** The first look at Docker has ended. */
  begun(): void;
  /** These are different now: tells who listens, and has the reconciler look. */
  changed(sessions: SessionId[], sandboxes: SandboxId[]): void;
  /** Nobody decided on these in time: tells who listens. */
  expired(requests: RequestId[]): void;
}

export function compose({
  config,
  vault,
  reconciler,
  delivery,
  deliveries,
  providers,
  oauth,
  inspection,
  writeHolders,
  scans,
  prove,
  log,
  version,
  reschedule,
}: Ingredients): Composed {
  const events = createEventHub(Date.now());
  const metrics = createMetrics(
    () => ({
      ampoule_vault_sealed: vault.status().state === 'sealed' ? 1 : 0,
      ampoule_engine_reachable: reconciler.reachable() ? 1 : 0,
      ampoule_sandboxes: byDelivery(vault),
      ampoule_secrets_due: vault.secrets.upcoming().due,
      ampoule_secrets_expiring: vault.secrets.upcoming().expiring,
      ampoule_requests_pending: vault.requests.pending(),
      ampoule_connections: byState(vault),
      ampoule_tombstones: vault.tombstones(),
      ampoule_disk_free_bytes: vault.freeBytes(),
      ampoule_resident_memory_bytes: process.memoryUsage.rss(),
    }),
    version,
  );
  const doctor = makeDoctor({
    ...{ config, vault, reconciler, delivery, deliveries, inspection, providers, version },
    now: Date.now,
  });
  const revocations = new Set<(token: TokenId) => void>();
  let started = false;

  reconciler.onChange((id) => {
    if (isSandboxId(id)) events.emit({ kind: 'sandbox', id });
  });

  const sandboxesOf = (sessions: SessionId[]): SandboxId[] =>
    sessions.flatMap((session) => liveIn(vault, session).map(({ id }) => id));

  return {
    parts: {
      ...{
        config,
        vault,
        reconciler,
        delivery,
        deliveries,
        providers,
        doctor,
        writeHolders,
        scans,
        prove,
        events,
        metrics,
        log,
        version,
        reschedule,
        sandboxesOf,
      },
      oauth: oauth ?? null,
      now: Date.now,
      // The catalogue of providers is not here yet: what is told is general.
      guides: (id) => providers.get(id) ?? null,
      started: () => started,
      redactors: (sandbox) => redactorsFor(vault, sandbox),
      revokeAll: () => revokeEverything(vault, delivery),
      onTokenRevoked(listener) {
        revocations.add(listener);
        return () => void revocations.delete(listener);
      },
      tokenRevoked(token) {
        for (const listener of [...revocations]) listener(token);
      },
    },
    begun() {
      started = true;
    },
    expired(requests) {
      for (const id of requests) {
        events.emit({ kind: 'request', id });
        metrics.count('ampoule_requests_decided_total', { outcome: 'expired' });
      }
    },
    changed(sessions, sandboxes) {
      for (const id of sessions) events.emit({ kind: 'session', id });
      for (const id of sandboxes) events.emit({ kind: 'sandbox', id });
      for (const id of new Set([...sandboxes, ...sandboxesOf(sessions)])) reconciler.wake(id);
    },
  };
}

function byDelivery({ sandboxes }: Vault): { labels: { delivery: string }; value: number }[] {
  const { env, memory } = sandboxes.census();
  return [
    { labels: { delivery: 'memory' }, value: memory },
    { labels: { delivery: 'env' }, value: env },
  ];
}

function byState({ connections }: Vault): { labels: { provider: string; state: string }; value: number }[] {
  return connections.census().map(({ provider, state, count }) => ({ labels: { provider, state }, value: count }));
}

function liveIn(vault: Vault, session: SessionId): Sandbox[] {
  const found: Sandbox[] = [];
  let cursor: string | null = null;
  do {
    const at = cursor === null ? { limit: 200 } : { limit: 200, cursor };
    const page: Page<Sandbox> = vault.sandboxes.list(DAEMON, { session, state: 'live' }, at);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}
