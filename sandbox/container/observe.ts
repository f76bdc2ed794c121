/** Reads what is there of one sandbox: its ledger rows beside what Docker shows. Changes nothing; what cannot be read throws. */

import type { ContainerSeen, ContainerStatus, Engine } from '../engine/engine.js';
import type { Ledger, LedgerRow, SandboxSpec, Wish } from '../types.js';
import { fresh } from './holding.js';
import { containerName, identityFrom, nextName, ownsVolume, sandboxFilter } from './labels.js';

/** A container, as far as plans depend on it. */
export interface Seen {
  id: string;
  name: string;
  status: ContainerStatus;
  pid: number;
  exitCode: number;
  startedAt: number | null;
  finishedAt: number | null;
  ports: SandboxSpec['ports'];
}

export interface SeenRow {
  row: LedgerRow;
  /** null: not there. */
  container: Seen | null;
  /** Of a row without a recorded id: the container found by name and nonce equals what the wish makes of the row. */
  adoptable: boolean;
}

/** A container that stands where ours would, or carries the sandbox's label, without a row of its own. */
export interface Stranger {
  id: string;
  name: string;
  /** The ledger knows it for ours: it may be removed, never used. */
  ours: boolean;
}

export interface Observed {
  rows: SeenRow[];
  strangers: Stranger[];
  /** What a new container would be made from; null where no plan needs to know. */
  image: {
    reference: string;
    present: boolean;
    /** It is the one that an earlier container of the sandbox was made from. */
    kept: boolean;
  } | null;
  /** Volumes that go with a removed sandbox: those of its image, and the workspace where that was asked for. */
  volumes: string[];
}

/** Whether a container equals what the wish makes of a row; asked only where their environments are the same. */
export type Compare = (seen: ContainerSeen, row: LedgerRow) => Promise<boolean>;

export async function observe(engine: Engine, ledger: Ledger, wish: Wish, compare: Compare): Promise<Observed> {
  const { spec } = wish;
  const rows = ledger.rows(spec.id);
  const names = [containerName(spec), nextName(spec, wish.generation)];
  const [listed, byName, byId, volumes] = await Promise.all([
    engine.list(sandboxFilter(spec.vault, spec.id)),
    Promise.all(names.map((name) => engine.inspect(name))),
    Promise.all(rows.map((row) => (row.dockerId === null ? null : engine.inspect(row.dockerId)))),
    wish.goal === 'removed' ? volumesOf(engine, wish) : [],
  ]);
  // A name can also be that of an unfinished row of an older generation.
  const unfinished = listed.filter((one) => !byName.some((seen) => seen?.id === one.id) && claims(one.labels, rows));
  const inspected = await Promise.all(unfinished.map((one) => engine.inspect(one.id)));
  const candidates = [...byName, ...inspected].filter((one) => one !== null);

  const seenRows: SeenRow[] = [];
  const posers = new Set<string>();
  for (const [index, row] of rows.entries()) {
    if (row.dockerId !== null) {
      const container = byId[index] ?? null;
      seenRows.push({ row, container: container && reduced(container), adoptable: false });
      continue;
    }
    const found = candidates.find((one) => made(one, row, wish)) ?? null;
    const comparable = found !== null && wish.envMac === row.envMac && wish.epoch === row.epoch;
    const adoptable = comparable && (await compare(found, row));
    if (comparable && !adoptable) posers.add(found.id);
    seenRows.push({ row, container: found && !posers.has(found.id) ? reduced(found) : null, adoptable });
  }

  const known = new Set(seenRows.map((one) => one.container?.id));
  const strangers = new Map<string, Stranger>();
  for (const one of candidates)
    if (!known.has(one.id))
      strangers.set(one.id, {
        id: one.id,
        name: one.name,
        ours: !posers.has(one.id) && ours(ledger, rows, wish, one.id, one.labels),
      });
  for (const one of listed)
    if (!known.has(one.id) && !strangers.has(one.id) && ours(ledger, rows, wish, one.id, one.labels))
      strangers.set(one.id, { id: one.id, name: one.names[0] ?? '', ours: true });

  const needsImage = wish.goal === 'running' && !seenRows.some((one) => one.container && fresh(one.row, wish));
  return {
    rows: seenRows,
    strangers: [...strangers.values()],
    image: needsImage ? await imageFor(engine, spec, rows) : null,
    volumes,
  };
}

/** Containers of ours that nothing wants any more, for a sandbox of which nothing else is known. */
export async function orphansOf(engine: Engine, ledger: Ledger, vault: string, sandbox: string): Promise<Stranger[]> {
  const rows = ledger.rows(sandbox);
  const listed = await engine.list(sandboxFilter(vault, sandbox));
  return listed
    .filter((one) => !rows.some((row) => row.dockerId === one.id))
    .map((one) => ({ id: one.id, name: one.names[0] ?? '', ours: signed(ledger, rows, vault, one.id, one.labels) }))
    .filter((one) => one.ours);
}

/** Whether labels carry the nonce of a row whose container is not known yet. */
function claims(labels: Record<string, string>, rows: LedgerRow[]): boolean {
  const nonce = identityFrom(labels)?.nonce;
  return rows.some((row) => row.dockerId === null && row.nonce === nonce);
}

/** Name and nonce are those of the row. */
function made(seen: ContainerSeen, row: LedgerRow, wish: Wish): boolean {
  const identity = identityFrom(seen.labels);
  const names = [containerName(wish.spec), nextName(wish.spec, row.generation), nextName(wish.spec, wish.generation)];
  return (
    identity !== null &&
    identity.nonce === row.nonce &&
    identity.sandbox === wish.spec.id &&
    identity.vault === wish.spec.vault &&
    names.includes(seen.name)
  );
}

function ours(ledger: Ledger, rows: LedgerRow[], wish: Wish, id: string, labels: Record<string, string>): boolean {
  return identityFrom(labels)?.sandbox === wish.spec.id && signed(ledger, rows, wish.spec.vault, id, labels);
}

function signed(ledger: Ledger, rows: LedgerRow[], vault: string, id: string, labels: Record<string, string>): boolean {
  const identity = identityFrom(labels);
  if (identity === null || identity.vault !== vault) return false;
  const { epoch, sandbox, nonce, mac } = identity;
  // A copy of a live container's labels proves nothing.
  if (rows.some((row) => row.nonce === nonce && row.dockerId !== null && row.dockerId !== id)) return false;
  return ledger.ours({ vault, epoch, sandbox, nonce, mac }, id);
}

/** A replacement is made from the same image, even where its tag points at another one by now. */
async function imageFor(engine: Engine, spec: SandboxSpec, rows: LedgerRow[]): Promise<Observed['image']> {
  const digest = rows.find((row) => row.imageDigest !== null)?.imageDigest ?? null;
  if (digest !== null && (await engine.inspectImage(digest)) !== null)
    return { reference: digest, present: true, kept: true };
  return { reference: spec.image, present: (await engine.inspectImage(spec.image)) !== null, kept: false };
}

async function volumesOf(engine: Engine, wish: Wish): Promise<string[]> {
  const { spec } = wish;
  const own = await engine.listVolumes(sandboxFilter(spec.vault, spec.id));
  if (!wish.removeWorkspace || spec.workspace.kind !== 'volume' || spec.workspace.foreign) return own;
  const workspace = await engine.inspectVolume(spec.workspace.volume);
  return workspace !== null && ownsVolume(spec, workspace.labels) ? [...own, workspace.name] : own;
}

function reduced(seen: ContainerSeen): Seen {
  return {
    id: seen.id,
    name: seen.name,
    status: seen.state.status,
    pid: seen.state.pid,
    exitCode: seen.state.exitCode,
    startedAt: seen.state.startedAt,
    finishedAt: seen.state.finishedAt,
    ports: seen.ports,
  };
}
