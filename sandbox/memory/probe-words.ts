/** What a probe's container is called and made of, and how people are told what came of it; pure. */

import { SandboxError } from '../errors.js';
import type { SandboxSpec } from '../types.js';

const PROBE = 'dev.ampoule.probe';
const MIB = 1024 * 1024;

/** Labels of a probe's container: not those of a sandbox, so that no reconciler takes it for one. */
export function probeLabels(vault: string): Record<string, string> {
  return { [PROBE]: vault };
}

/** Finds what an earlier probe of this vault left. */
export function probeFilter(vault: string): string[] {
  return [`${PROBE}=${vault}`];
}

/** A sandbox that holds, of the usual privileges, without a network. */
export const PROBE_SPEC: SandboxSpec = {
  ...{ id: '', name: '', session: '', vault: '', owner: null },
  ...{ image: '', pull: 'never', main: 'hold', command: null, entrypoint: null, restart: 'never' },
  ...{ env: {}, user: null, workdir: null, labels: {}, grace: 0, tty: false, stdinOpen: false },
  ...{ privileges: 'standard', lease: null, oneShot: false, onChange: 'keep' },
  limits: { cpus: 1, memory: 32 * MIB, pids: 32 },
  network: 'none',
  ports: [],
  workspace: { kind: 'volume', volume: 'unused', path: '/unused', foreign: false },
};

/** A sentence that says what was tried, what happened, and what to do. */
export function wordsFor(error: unknown, late: boolean): string {
  const tried = 'A container with ampoule-init was tried';
  const after = 'Sandboxes use env delivery until that is mended; the daemon tries again when it starts.';
  if (late) return `${tried}, and there was no answer in time. See whether Docker is slow (\`docker info\`). ${after}`;
  if (error instanceof SandboxError) return `${tried}, and Docker did not do it: ${error.message} ${after}`;
  const what = error instanceof Error && error.name === 'ProbeFailed' ? error.message : 'it failed unexpectedly';
  return `${tried}, and ${what}. See that AMPOULE_RUN_DIR is the same path for Docker's host and not mounted noexec, and that the daemon is root there. ${after}`;
}
