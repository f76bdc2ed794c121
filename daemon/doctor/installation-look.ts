/** Gathers the facts of an installation: files and their permissions, engine, clock, audit. Judges nothing and changes nothing. */

import { type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Inspection, Reconciler } from '../../sandbox/index.js';
import { type Caller, VAULT_FILE, type Vault } from '../../store/index.js';
import type { Config } from '../config.js';
import type { Deliveries } from '../parts.js';
import type { InstallationFacts, PlaceFacts, UnwellSandbox } from './installation-facts.js';

const DAEMON: Caller = { kind: 'daemon' };
/** Entries of the audit that are checked on the way; more take a command of their own. */
const FEW = 20_000;

export interface InstallationSources {
  config: Pick<
    Config,
    | 'dataDir'
    | 'keyFile'
    | 'passphraseFile'
    | 'auditHeadFile'
    | 'runDir'
    | 'socket'
    | 'listen'
    | 'dockerHost'
    | 'bootstrapTokenFile'
  >;
  vault: Pick<Vault, 'audit' | 'status' | 'tombstones' | 'freeBytes' | 'sandboxes'>;
  reconciler: Pick<Reconciler, 'view'>;
  deliveries: Pick<Deliveries, 'report'>;
  inspection: Pick<Inspection, 'engine' | 'kernel'>;
  version: string;
}

/** Operators only: FORBIDDEN for others, by the vault. */
export async function lookAtInstallation(sources: InstallationSources, caller: Caller): Promise<InstallationFacts> {
  const { config, vault, inspection } = sources;
  const [newest] = vault.audit.list(caller, {}, { limit: 1 }).items;
  const entries = newest?.seq ?? 0;
  const checked = entries <= FEW;
  const verdict = checked ? vault.audit.verify(caller) : null;
  const { problem } = verdict ?? { problem: null };
  return {
    version: sources.version,
    uid: process.getuid?.() ?? -1,
    dockerHost: config.dockerHost,
    engine: await inspection.engine().catch(() => null),
    kernel: inspection.kernel(),
    delivery: sources.deliveries.report(),
    places: placesOf(config).map(seen),
    freeBytes: vault.freeBytes(),
    clockJumped: Math.round(Date.now() - (performance.timeOrigin + performance.now())),
    sealed: vault.status().state === 'sealed',
    unrecorded: vault.tombstones(),
    audit: { entries, checked, problem: problem === null ? null : `entry ${problem.seq}: ${problem.reason}` },
    sandboxes: sandboxesOf(sources),
    listen: config.listen,
    socket: config.socket,
  };
}

type Place = Pick<PlaceFacts, 'what' | 'path' | 'kind' | 'needed'>;

function placesOf(config: InstallationSources['config']): Place[] {
  const { dataDir, keyFile, passphraseFile, auditHeadFile, runDir, socket, bootstrapTokenFile } = config;
  const file = (what: string, path: string, needed: boolean): Place => ({ what, path, kind: 'file', needed });
  return [
    { what: 'the data directory', path: dataDir, kind: 'directory', needed: true },
    file('the vault', join(dataDir, VAULT_FILE), true),
    ...(keyFile === null ? [] : [file('the key file', keyFile, true)]),
    ...(passphraseFile === null ? [] : [file('the passphrase file', passphraseFile, false)]),
    { what: "the audit head's directory", path: dirname(auditHeadFile), kind: 'directory', needed: true },
    { what: 'the run directory', path: runDir, kind: 'directory', needed: true },
    { what: 'the socket', path: socket, kind: 'socket', needed: true },
    file('the first operator token', bootstrapTokenFile, false),
  ];
}

function seen(place: Place): PlaceFacts {
  let stat: Stats | undefined;
  try {
    stat = statSync(place.path, { throwIfNoEntry: false });
  } catch {
    // A directory above it cannot be entered: for us it is not there.
  }
  return { ...place, mode: stat === undefined ? null : stat.mode & 0o7777, uid: stat?.uid ?? null };
}

function sandboxesOf({ vault, reconciler }: InstallationSources): InstallationFacts['sandboxes'] {
  const unwell: UnwellSandbox[] = [];
  let live = 0;
  for (const id of vault.sandboxes.unsettled()) {
    const { name, state } = vault.sandboxes.get(DAEMON, id);
    if (state === 'live') live += 1;
    const view = reconciler.view(id);
    const wanted = vault.sandboxes.generation(id) ?? view.generation;
    const ending = state === 'ended';
    const behind = !ending && view.state === 'running' && view.generation < wanted;
    if (view.reason === undefined && !behind && !(view.state === 'failed')) continue;
    unwell.push({ name, state: view.state, reason: view.reason ?? null, reached: view.generation, wanted });
  }
  return { live, unwell };
}
