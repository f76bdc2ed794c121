/** Specs and wishes for tests: a sandbox as the vault would want it, with values held in memory. */

import type { SandboxSpec, ValueHandle, Wish } from '../../sandbox/index.js';
import type { MemoryLedger } from './memory-ledger.js';

export function specOf(changes: Partial<SandboxSpec> = {}): SandboxSpec {
  return {
    id: 'sbx_01',
    name: 'box',
    session: 'ses_01',
    vault: 'vlt_01',
    owner: 'tok_01',
    image: 'ampoule/busybox:latest',
    pull: 'missing',
    main: 'hold',
    command: null,
    entrypoint: null,
    restart: 'always',
    env: {},
    user: null,
    workdir: null,
    labels: {},
    grace: 500,
    tty: false,
    stdinOpen: false,
    privileges: 'standard',
    lease: 30_000,
    oneShot: false,
    onChange: 'keep',
    limits: { cpus: 1, memory: 64 * 1024 * 1024, pids: 64 },
    network: 'none',
    ports: [],
    workspace: { kind: 'volume', volume: 'ampoule-ws-ses_01', path: '/workspace', foreign: false },
    ...changes,
  };
}

/** `TOKEN` at version 1 of secret `sec_TOKEN`, with `value-of-TOKEN-1`. */
export function held(env: string, version = 1, floor = 1, bytes?: Uint8Array): ValueHandle {
  return {
    env,
    secret: `sec_${env}`,
    name: env,
    version,
    floor,
    as: 'env',
    path: null,
    open: () => (bytes ? new Uint8Array(bytes) : new TextEncoder().encode(`value-of-${env}-${version}`)),
  };
}

/** What an environment of these values and own variables is called in tests. */
export function macOf(spec: SandboxSpec, values: ValueHandle[]): string {
  const names = values.map((value) => `${value.env}=${value.secret}@${value.version}`).sort();
  return [JSON.stringify(spec.env), ...names].join(' ');
}

export function wishOf(
  changes: Partial<Omit<Wish, 'spec'>> & { spec?: Partial<SandboxSpec> } = {},
  ledger?: Pick<MemoryLedger, 'mac'>,
): Wish {
  const { spec: specChanges, ...rest } = changes;
  const spec = specOf(specChanges);
  const values = rest.values ?? [];
  const epoch = rest.epoch ?? 1;
  return {
    spec,
    goal: 'running',
    removeWorkspace: false,
    resets: 0,
    epoch,
    generation: 1,
    values,
    envMac: macOf(spec, values),
    mac: (nonce) => ledger?.mac(epoch, spec.id, nonce) ?? 'mac',
    ...rest,
  };
}
