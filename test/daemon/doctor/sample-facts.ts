/** Facts of a session in which all is well; a test changes what it is about. */

import type {
  ClaimFacts,
  Facts,
  Has,
  ProcessFacts,
  ProviderFacts,
  SandboxFacts,
  ValueFacts,
  VariableFacts,
} from '../../../daemon/doctor/facts.js';

export const NOW = Date.UTC(2030, 0, 1);
export const DAY = 24 * 3_600_000;

export const RIGHT: Has = { kind: 'right' };
export const ABSENT: Has = { kind: 'absent' };
export const OTHER: Has = { kind: 'other' };
export const GOOD_VALUE: ValueFacts = { problems: [], crlf: false, statedExpiry: null, url: null };

export const GITHUB: ProviderFacts = {
  id: 'github',
  name: 'GitHub',
  expected: 'a token that begins with ghp_',
  source: 'https://github.example/formats',
  needs: [],
  schemes: [],
  signed: false,
  scopes: { page: 'https://github.example/scopes', least: ['contents read'] },
  rotate: { page: 'https://github.example/rotate', steps: ['make another'] },
};

export function claim(more: Partial<ClaimFacts> = {}): ClaimFacts {
  const env = more.env ?? 'TOKEN';
  const variable = more.variable ?? env;
  return {
    secret: 'sec_1',
    name: `${env}@work`,
    ...{ env, variable, provider: null, account: 'work', environment: null, as: 'env', path: null, sensitive: true },
    ...{ version: 2, versionAt: NOW - DAY, expiresAt: null, rotateEvery: null, active: true },
    ...{ leaked: false, connection: null },
    activation: { by: 'operator:ada', at: NOW - DAY, request: null, until: null, lapsedAt: null },
    taken: null,
    elsewhere: [],
    followers: [],
    sandboxes: [{ id: 'sbx_1', name: 'box', variable, also: [] }],
    value: GOOD_VALUE,
    of: null,
    ...more,
  };
}

export function variable(more: Partial<VariableFacts> = {}): VariableFacts {
  return {
    variable: 'TOKEN',
    secret: 'TOKEN@work',
    version: 2,
    fresh: RIGHT,
    inImage: false,
    inOwn: false,
    file: null,
    processes: [],
    ...more,
  };
}

export function process(more: Partial<ProcessFacts> = {}): ProcessFacts {
  return { pid: 7, program: 'node', place: 'main', exec: null, startedAt: NOW, has: RIGHT, ...more };
}

export function sandbox(more: Partial<SandboxFacts> = {}): SandboxFacts {
  return {
    ...{ id: 'sbx_1', name: 'box', delivery: 'memory', state: 'running', reason: null, reached: 4, wanted: 4 },
    ...{ sawProcesses: true, untried: null },
    variables: [variable()],
    ...more,
  };
}

export function facts(more: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    session: {
      ...{ id: 'ses_1', name: 'dev', environment: null, state: 'live', owner: null, onResume: 'require-activation' },
      ...{ delivery: 'auto', until: null, idle: null, lastUsedAt: NOW, generation: 4, createdAt: NOW - DAY },
      ...{ endedAt: null, endReason: null },
    },
    variable: 'TOKEN',
    sealed: false,
    known: [],
    claims: [claim()],
    sandboxes: [sandbox()],
    providers: [],
    live: [],
    clockOff: null,
    ...more,
  };
}
