/** The domain of a vault on a real file, with callers of each kind and short ways to make things. */

import type { Test } from 'tap';
import { makeActivations } from '../../store/activations.js';
import { makeConnections } from '../../store/connections.js';
import { makeContainers } from '../../store/containers.js';
import type { Core, OpenOptions } from '../../store/core.js';
import { makeDiagnosis } from '../../store/diagnosis.js';
import { type StoreCode, StoreError } from '../../store/errors.js';
import { makeIdempotency } from '../../store/idempotency.js';
import { makeLeaks } from '../../store/leaks.js';
import { makeLocalCommands } from '../../store/local-commands.js';
import { makeRequests } from '../../store/requests.js';
import { makeSandboxes } from '../../store/sandboxes.js';
import { makeScans } from '../../store/scans.js';
import { makeSecrets } from '../../store/secrets.js';
import { makeSessions } from '../../store/sessions.js';
import { makeTokens } from '../../store/tokens.js';
import type {
  Allowance,
  AuditEntry,
  Caller,
  NewSandbox,
  NewSecret,
  NewSession,
  SandboxSettings,
  SessionId,
  WantedValue,
} from '../../store/types.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { open, operator, testClock } from './core-fixture.js';

export { operator, testClock };

export type TestOf = Pick<Test, 'testdir' | 'teardown'>;

export const daemon: Caller = { kind: 'daemon' };
export const metrics: Caller = { kind: 'metrics', token: 'tok_METRICS', name: 'prometheus' };
export const launcherWith = (allow: Allowance, name = 'ci'): Caller & { kind: 'launcher' } => ({
  kind: 'launcher',
  token: `tok_LAUNCH_${name}`,
  name,
  allow,
});
export const agentOf = (session: SessionId): Caller => ({ kind: 'agent', token: 'tok_AGENT', name: 'agent', session });

export const plain = (text: string) => ({ plain: new TextEncoder().encode(text) });
export const HOUR = 3_600_000;

export const settings = (more: Partial<SandboxSettings> = {}): SandboxSettings => ({
  image: 'busybox',
  pull: 'missing',
  main: 'hold',
  command: null,
  entrypoint: null,
  restart: 'never',
  env: {},
  user: null,
  workdir: null,
  labels: {},
  onChange: null,
  grace: 500,
  lease: 30_000,
  oneShot: false,
  persist: false,
  tty: false,
  stdinOpen: false,
  privileges: 'standard',
  limits: { cpus: 2, memory: 4 * 2 ** 30, pids: 512 },
  network: 'bridge',
  ports: [],
  workspace: { kind: 'volume', volume: '', path: '/workspace', foreign: false },
  ...more,
});

/** A vault's domain on a file in a directory of the test's own; closed when the test ends. */
export async function domain(t: TestOf, more: Partial<OpenOptions> = {}) {
  const clock = testClock();
  const core: Core = await open(directoryUntilEnd(t), { clock, ...more });
  t.teardown(() => core.close());
  const { context } = core;
  const secrets = makeSecrets(context);
  const sandboxes = makeSandboxes(context);
  const sessions = makeSessions(context);
  return {
    core,
    context,
    clock,
    secrets,
    sessions,
    sandboxes,
    activations: makeActivations(context),
    requests: makeRequests(context),
    connections: makeConnections(context, secrets),
    containers: makeContainers(context),
    tokens: makeTokens(context),
    idempotency: makeIdempotency(context),
    leaks: makeLeaks(context),
    localCommands: makeLocalCommands(context),
    scans: makeScans(context),
    diagnosis: makeDiagnosis(context),
    /** Registers a secret; its value is its name in lower case unless given. */
    add: (name: string, more: Partial<NewSecret> = {}, value = name.toLowerCase()) =>
      secrets.create(operator, { ...more, name }, plain(value)),
    session: (name: string, more: Omit<NewSession, 'name'> = {}) => sessions.create(operator, { ...more, name }),
    box: (session: string | NewSession, more: Partial<NewSandbox> = {}, caller: Caller = operator) =>
      sandboxes.create(caller, {
        session,
        settings: settings(),
        requestedDelivery: 'auto',
        delivery: 'env',
        idle: HOUR,
        ...more,
      }),
    /** What a sandbox is given, as text. */
    given: (sandbox: Parameters<typeof sandboxes.wanted>[0]) =>
      Object.fromEntries((sandboxes.wanted(sandbox)?.values ?? []).map((value) => [value.env, textOf(value)])),
    /** Audit entries of an action, newest first. */
    audit: (action: string): AuditEntry[] => core.audit.list(operator, { action }).items,
  };
}
export type Domain = Awaited<ReturnType<typeof domain>>;

function textOf(value: WantedValue): string {
  const bytes = value.open();
  const text = new TextDecoder().decode(bytes);
  bytes.fill(0);
  return text;
}

/** The refusal that `call` throws; fails when it throws none. */
export function refusal(call: () => unknown): StoreError {
  try {
    call();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Code of the refusal that `call` throws. */
export function codeOf(call: () => unknown): StoreCode {
  return refusal(call).code;
}
