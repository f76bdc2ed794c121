/** Looks into one sandbox: what a new command of it gets and what its processes have, compared with the vault by keyed digests. */

import type { Delivery, Inspection, ProcessSeen, Reconciler } from '../../sandbox/index.js';
import type { Examined, SandboxId, Vault, WantedValue } from '../../store/index.js';
import { type CommandLook, commandLook, type Tried } from './command-look.js';
import type { Digests } from './digests.js';
import type { Has, ProcessFacts, SandboxFacts, VariableFacts } from './facts.js';

/** Processes of one sandbox that are told of. */
const MOST_PROCESSES = 100;

export interface LookSources {
  vault: Pick<Vault, 'sandboxes' | 'nonce' | 'status'>;
  reconciler: Pick<Reconciler, 'view'>;
  delivery(sandbox: SandboxId): Pick<Delivery, 'exec' | 'execs'>;
  inspection: Pick<Inspection, 'processes' | 'imageVariables'>;
}

/** Which variables are looked at: `asked` whether a secret should have it or not; of `beside` only where else it comes from. */
export interface LookFor {
  asked: string | null;
  beside: readonly string[];
}

export async function lookInto(
  sources: LookSources,
  { wanted, values, holders, container }: Examined,
  { asked, beside }: LookFor,
  digests: Digests,
): Promise<SandboxFacts> {
  const { sandbox, generation } = wanted;
  const view = sources.reconciler.view(sandbox.id);
  const names = [...new Set([...values.map(({ env }) => env), ...(asked === null ? [] : [asked])])];
  const sealed = sources.vault.status().state === 'sealed';
  const runs = view.state === 'running' && container !== null && names.length > 0 && !sealed;
  const images = await sources.inspection.imageVariables(view.imageDigest ?? sandbox.settings.image);

  const { delivery } = { delivery: sources.delivery(sandbox.id) };
  const processes = runs ? sources.inspection.processes(container, names, digests.of) : null;
  const look = commandLook(delivery, sandbox.id, () => `exe_${sources.vault.nonce()}`);
  const tried: Tried<Map<string, string | null>> = runs
    ? await look.environment(names, digests.of)
    : { why: sealed ? 'the vault is sealed' : 'it does not run' };
  const fresh = 'seen' in tried ? tried.seen : null;

  const known = new Map<string, string>();
  for (const { execId, pid } of delivery.execs?.(sandbox.id) ?? []) known.set(String(pid), execId);
  for (const { kind, pid, id } of holders) if (kind === 'command') known.set(String(pid), id);

  const variables: VariableFacts[] = [];
  for (const name of names) {
    const value = values.find(({ env }) => env === name) ?? null;
    const judge = runs ? await judgeOf(sources, sandbox.id, value, fresh?.get(name) ?? null, digests) : unknown;
    variables.push({
      variable: name,
      secret: value?.name ?? null,
      version: value?.version ?? null,
      fresh: fresh === null ? { kind: 'unknown' } : judge(fresh.get(name) ?? null),
      inImage: images?.includes(name) ?? null,
      inOwn: Object.hasOwn(sandbox.settings.env, name),
      file: value?.as === 'file' ? (runs ? await fileOf(look, value, digests) : 'unknown') : null,
      processes: (processes ?? [])
        .slice(0, MOST_PROCESSES)
        .map((process) => factsOf(process, name, judge, known, sandbox.delivery)),
    });
  }
  return {
    ...{ id: sandbox.id, name: sandbox.name, delivery: sandbox.delivery, state: view.state },
    reason: view.reason ?? null,
    reached: view.generation,
    wanted: generation,
    sawProcesses: processes !== null,
    untried: 'why' in tried ? tried.why : null,
    variables: [...variables, ...elsewhere(beside, names, sandbox.settings.env, images)],
  };
}

type Judge = (digest: string | null) => Has;

const unknown: Judge = () => ({ kind: 'unknown' });

/** Compares with the current version, and with those that the sandbox was given before. */
async function judgeOf(
  { vault }: LookSources,
  sandbox: SandboxId,
  value: WantedValue | null,
  fresh: string | null,
  digests: Digests,
): Promise<Judge> {
  const versions = new Map<string, number>();
  if (value !== null && value.as === 'env') {
    for (const held of vault.sandboxes.held(sandbox))
      if (held.secret === value.secret && held.version !== value.version)
        versions.set(digests.opened(held.open), held.version);
  }
  // Where a file lies is what a new command is told; others are compared with that.
  const right = value === null ? null : value.as === 'file' ? fresh : digests.opened(value.open);
  return (digest) => {
    if (digest === null) return { kind: 'absent' };
    if (digest === right) return { kind: 'right' };
    const version = versions.get(digest);
    return version === undefined ? { kind: 'other' } : { kind: 'old', version };
  };
}

async function fileOf(look: CommandLook, value: WantedValue, digests: Digests): Promise<VariableFacts['file']> {
  const found = await look.file(value.env, digests.of);
  if (found === 'missing' || found === 'unreadable' || found === 'unknown') return found;
  return found === digests.opened(value.open) ? 'right' : 'other';
}

function factsOf(
  { inside, program, origin, startedAt, variables }: ProcessSeen,
  name: string,
  judge: Judge,
  commands: ReadonlyMap<string, string>,
  delivery: 'memory' | 'env',
): ProcessFacts {
  const exec = delivery === 'memory' && origin !== 'inner' ? (commands.get(String(inside)) ?? null) : null;
  const place = exec !== null ? 'command' : origin === 'leader' ? 'main' : origin;
  return { pid: inside, program, place, exec, startedAt, has: judge(variables.get(name) ?? null) };
}

/** Variables that belong to those in question: whether the image or the sandbox's own `env` has them. */
function elsewhere(
  beside: readonly string[],
  names: readonly string[],
  own: Record<string, string>,
  images: string[] | null,
): VariableFacts[] {
  return beside
    .filter((name) => !names.includes(name))
    .map((variable) => ({
      ...{ variable, secret: null, version: null, fresh: { kind: 'unknown' }, file: null, processes: [] },
      inImage: images?.includes(variable) ?? null,
      inOwn: Object.hasOwn(own, variable),
    }));
}
