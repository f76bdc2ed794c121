/** Scans for callers: asks the vault what may be looked for, runs one scan at a time, and says what its caller may hear. Reads no file itself. */

import { type Caller, type ScanValue, StoreError, type Vault } from '../../store/index.js';
import { DaemonError } from '../errors.js';
import { scanStream } from './thread.js';
import type { Finding, Progress, Report, Target } from './words.js';
import type { OpenWorkspace } from './workspace.js';

/** A value that was not looked for. */
export interface NotSearched {
  secret: string;
  version: number;
  reason: 'short' | 'unreadable';
}

export interface ScanAnswer extends Report {
  /** Findings of secrets that the caller may not hear of. */
  others: number;
  notSearched: NotSearched[];
  tookMs: number;
}

export interface ScanHooks {
  signal: AbortSignal;
  progress?: (progress: Progress) => void;
}

export interface ScanService {
  ofSandbox(caller: Caller, name: string, hooks: ScanHooks): Promise<ScanAnswer>;
  ofStream(caller: Caller, stream: AsyncIterable<Uint8Array>, hooks: ScanHooks): Promise<ScanAnswer>;
}

/** Stands for every secret whose name is not told; no secret is called so. */
const OTHER = '(another secret)';

export function makeScanService(
  vault: Pick<Vault, 'scans'>,
  workspace: OpenWorkspace,
  run: typeof scanStream = scanStream,
): ScanService {
  let running = false;

  /** SCAN_RUNNING while another one runs. */
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running) throw busy();
    running = true;
    try {
      return await work();
    } finally {
      running = false;
    }
  };

  const search = async (
    values: ScanValue[],
    { stream, base }: { stream: AsyncIterable<Uint8Array>; base: string },
    { signal, progress }: ScanHooks,
  ): Promise<ScanAnswer> => {
    const began = performance.now();
    const { targets, unreadable } = opened(values);
    const options = { targets, base, signal, ...(progress === undefined ? {} : { progress }) };
    const { report, short } = await run(stream, options);
    return answerOf(report, [...short.map((one) => ({ ...one, reason: 'short' as const })), ...unreadable], began);
  };

  return {
    ofSandbox: (caller, name, hooks) =>
      alone(async () => {
        const { sandbox, values } = vault.scans.ofSandbox(caller, name);
        const answer = await search(values, await workspace(sandbox, hooks.signal), hooks);
        vault.scans.found(caller, sandbox.id, foundIn(answer));
        return answer;
      }),
    ofStream: (caller, stream, hooks) =>
      alone(async () => {
        const { values } = vault.scans.ofStream(caller);
        const answer = await search(values, { stream, base: '' }, hooks);
        vault.scans.found(caller, null, foundIn(answer));
        return answer;
      }),
  };
}

function opened(values: ScanValue[]): { targets: Target[]; unreadable: NotSearched[] } {
  const targets: Target[] = [];
  const unreadable: NotSearched[] = [];
  try {
    for (const { name, told, version, current, open } of values) {
      const secret = told ? name : OTHER;
      try {
        targets.push({ secret, version, current, value: open() });
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'VALUE_UNREADABLE') throw error;
        unreadable.push({ secret, version, reason: 'unreadable' });
      }
    }
    return { targets, unreadable };
  } catch (error) {
    for (const { value } of targets) value.fill(0);
    throw error;
  }
}

function answerOf(report: Report, notSearched: NotSearched[], began: number): ScanAnswer {
  const told = ({ secret }: { secret: string }) => secret !== OTHER;
  const findings = report.findings.filter(told);
  return {
    ...report,
    findings,
    // What is too short is never looked for; a value that should have been and was not leaves the answer open.
    complete: report.complete && !notSearched.some(({ reason }) => reason === 'unreadable'),
    others: report.findings.length - findings.length,
    notSearched: notSearched.filter(told),
    tookMs: Math.round(performance.now() - began),
  };
}

function foundIn({ findings, others, complete }: ScanAnswer): { names: string[]; findings: number; complete: boolean } {
  const names = [...new Set(findings.map((finding: Finding) => finding.secret))].sort();
  return { names, findings: findings.length + others, complete };
}

function busy(): DaemonError {
  return new DaemonError(
    'SCAN_RUNNING',
    'Another scan is running, and there is one at a time. Try again in a few seconds.',
    {
      headers: { 'retry-after': '5' },
    },
  );
}
