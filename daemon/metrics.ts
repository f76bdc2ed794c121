/** Counters, histograms and gauges as Prometheus text. The only owner of prom-client; labels never hold names of secrets. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from './parts.js';

/** What a metric is, where the name alone does not say it. */
const HELP: Record<string, string> = {
  ampoule_http_requests_total: 'Answered requests by route, method and status',
  ampoule_http_request_seconds: 'Time from request to answer, in seconds',
  ampoule_unauthenticated_total: 'Requests answered 401, by reason',
  ampoule_rate_limited_total: 'Requests answered 429, by reason',
  ampoule_execs_total: 'Commands run in sandboxes, by outcome',
  ampoule_open_streams: 'Streams open now (events, logs, commands)',
  ampoule_secrets_due: 'Secrets whose rotation is due',
  ampoule_secrets_expiring: 'Secrets that expire within a week, or have',
  ampoule_requests_pending: 'Requests that wait for a decision',
  ampoule_requests_decided_total: 'Requests that were decided on, by outcome',
  ampoule_vault_sealed: '1 while the vault is sealed',
  ampoule_engine_reachable: '1 while Docker answers',
  ampoule_tombstones: 'Revocations in effect that could not be recorded yet',
  ampoule_disk_free_bytes: 'Bytes free where the vault lies',
  ampoule_resident_memory_bytes: 'Resident memory of the daemon',
  ampoule_init_refusals_total: 'Connections of sandboxes that were refused, by reason',
  ampoule_deliveries_total: 'Sandboxes launched, by delivery',
  ampoule_sandboxes: 'Live sandboxes, by delivery',
  ampoule_connections: 'Accounts at providers, by provider and state',
  ampoule_connection_refreshes_total: 'Refreshes of connections, by provider and outcome',
  ampoule_connection_revocations_total: 'Providers that were told of an end, by provider and outcome',
  ampoule_build_info: 'Version of the daemon',
};

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** A number that is read when somebody asks. */
export type Gauges = () => Record<string, number | { labels: Record<string, string>; value: number }[]>;

/**
 * An empty set of metrics; a counter or histogram exists from its first use, with the labels of that use.
 * @param gauges read at each rendering.
 */
export function createMetrics(gauges: Gauges = () => ({}), version = ''): Metrics {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const levels = new Map<string, Gauge>();
  const describe = (name: string, labels: Record<string, string>) => ({
    name,
    help: HELP[name] ?? name.replaceAll('_', ' '),
    labelNames: Object.keys(labels),
    registers: [registry],
  });
  const made = <T>(known: Map<string, T>, name: string, make: () => T): T => {
    const there = known.get(name);
    if (there !== undefined) return there;
    const fresh = make();
    known.set(name, fresh);
    return fresh;
  };
  const set = (name: string, value: number, labels: Record<string, string> = {}): void =>
    made(levels, name, () => new Gauge(describe(name, labels))).set(labels, value);

  return {
    count(name, labels = {}, by = 1) {
      made(counters, name, () => new Counter(describe(name, labels))).inc(labels, by);
    },
    observe(name, seconds, labels = {}) {
      made(histograms, name, () => new Histogram({ ...describe(name, labels), buckets: SECONDS })).observe(
        labels,
        seconds,
      );
    },
    render() {
      if (version !== '') set('ampoule_build_info', 1, { version });
      set('ampoule_resident_memory_bytes', process.memoryUsage.rss());
      for (const [name, value] of Object.entries(gauges())) {
        const rows = typeof value === 'number' ? [{ labels: {}, value }] : value;
        for (const row of rows) set(name, row.value, row.labels);
      }
      return registry.metrics();
    },
  };
}
