/** Cycles of work and kill -9, at failpoints or at random, each followed by a comparison with the clients' ledger. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, type TestDaemon } from '../engine/daemon.js';
import type { EngineFace } from '../engine/engine.js';
import { pause, until } from '../engine/wait.js';
import { ACTORS, BOXES, boxName, type Call, compare, expectedBoxes, openSessions, work } from './actors.js';
import type { Ledger } from './ledger.js';
import { memoryDifferences } from './memory-differences.js';
import { converged, differences } from './world.js';

export interface KillRun {
  engine: EngineFace;
  dir: string;
  /** How values reach the sandboxes. */
  delivery: 'env' | 'memory';
  ledger: Ledger;
  cycles: number;
  steps: number;
  random: () => number;
  /** Stands between the actors and the daemon; a control may answer by itself. */
  through?: (call: Call) => Call;
  progress: (line: string) => void;
}
export interface KillReport {
  /** What was found wrong, by cycle. */
  wrong: string[];
  /** Failpoint → how often it was passed. */
  passed: Map<string, number>;
  /** Failpoint → how often the daemon was to die in it. */
  armed: Map<string, number>;
  kills: number;
}

/** Milliseconds for a daemon that just began to bring every sandbox to what it should be. */
const PATIENCE = 90_000;
const OURS = /^KEY_\d+_\d+$/;

/** Runs the cycles. Stops at the first cycle in which something is wrong. */
export async function killCycles(run: KillRun): Promise<KillReport> {
  try {
    return await cyclesOf(run);
  } finally {
    const names = Array.from({ length: ACTORS * BOXES }, (_, n) => boxName(Math.floor(n / BOXES), n % BOXES));
    for (const name of names) await run.engine.tryDocker(['rm', '-f', `ampoule-${name}`]);
  }
}

async function cyclesOf(run: KillRun): Promise<KillReport> {
  const report: KillReport = { wrong: [], passed: new Map(), armed: new Map(), kills: 0 };
  const countFile = join(run.dir, 'failpoints');
  let serial = 0;
  const fresh = (): string => {
    serial += 1;
    return `canary-${serial}-${Math.floor(run.random() * 1e9).toString(36)}`;
  };
  for (let cycle = 0; cycle < run.cycles; cycle++) {
    const target = leastTried(report);
    const at = 1 + Math.floor(run.random() * 2);
    const daemon = await begin(run, countFile, target === null ? '' : `${target}=kill@${at}`, report);
    const call = callOf(daemon);
    const acting = run.through?.(call) ?? call;
    const least = run.ledger.acknowledged + 1 + Math.floor(run.random() * 16);
    const deadline = pause(300 + run.random() * 2500).then(() => done(run, daemon, least));
    const working = Promise.all(
      Array.from({ length: ACTORS }, (_, actor) => work(acting, run.ledger, actor, run.random, run.steps, fresh)),
    );
    await Promise.race([working, deadline, daemon.ended]);
    await daemon.kill9();
    await working;
    report.kills += 1;
    count(report, countFile, target);

    const again = await startDaemon({ engine: run.engine, dir: run.dir, build: 'dist-test' });
    const wrong = await check(run, again);
    report.wrong.push(...wrong.map((line) => `cycle ${cycle} (${target ?? 'random'}): ${line}`));
    await again.kill9();
    run.progress(`cycle ${cycle + 1}/${run.cycles}: ${target ?? 'at random'}, ${run.ledger.acknowledged} acknowledged`);
    if (wrong.length > 0) break;
  }
  return report;
}

/** However slow the machine is, something is done before the daemon is killed. */
async function done(run: KillRun, daemon: TestDaemon, least: number): Promise<void> {
  let over = false;
  void daemon.ended.then(() => {
    over = true;
  });
  await until('enough being acknowledged', () => over || run.ledger.acknowledged >= least, { everyMs: 10 });
}

/** The daemon with its failpoint armed; where it dies before it is ready, one without. */
async function begin(run: KillRun, countFile: string, spec: string, report: KillReport): Promise<TestDaemon> {
  const env = { AMPOULE_FAILPOINTS_COUNT: countFile, AMPOULE_FAILPOINTS: spec };
  try {
    const daemon = await startDaemon({ engine: run.engine, dir: run.dir, build: 'dist-test', env });
    const call = callOf(daemon);
    await openSessions(call, run.delivery).catch(() => {});
    await call('POST', '/v1/tokens', { kind: 'metrics', name: 'scraper' }).catch(() => {});
    if (run.delivery === 'memory') await probed(daemon);
    return daemon;
  } catch {
    report.kills += 1;
    return startDaemon({ engine: run.engine, dir: run.dir, build: 'dist-test' });
  }
}

/** Launches wait for it, longer than most cycles last. Also done when the daemon has died in it. */
async function probed(daemon: TestDaemon): Promise<void> {
  await until('the probe being over', async () => {
    const vault = await daemon.api('GET', '/v1/vault').catch(() => null);
    return vault === null || vault.body.delivery?.state !== 'probing';
  });
}

/** Everything acknowledged is there, and the containers come to have it. */
async function check(run: KillRun, daemon: TestDaemon): Promise<string[]> {
  const call = callOf(daemon);
  await openSessions(call, run.delivery);
  const lost = await compare(call, run.ledger);
  if (lost.length > 0) return lost;
  const { id } = (await call('GET', '/v1/vault')).body as { id: string };
  const ours = (variable: string): boolean => OURS.test(variable);
  const look =
    run.delivery === 'memory'
      ? () => memoryDifferences(run.engine, daemon, id, expectedBoxes(run.ledger), ours)
      : () => differences(run.engine.dockerHost, id, expectedBoxes(run.ledger), ours);
  const wrong = await converged(look, PATIENCE);
  return wrong.length === 0 ? [] : [...wrong, ...(await circumstances(call, daemon))];
}

/** What the daemon itself says of its sandboxes, for whoever reads what was wrong. */
async function circumstances(call: Call, daemon: TestDaemon): Promise<string[]> {
  const { body } = await call('GET', '/v1/sandboxes?state=live');
  return [`the daemon's sandboxes: ${JSON.stringify(body)}`, ...daemon.log().trimEnd().split('\n').slice(-30)];
}

export function callOf(daemon: TestDaemon): Call {
  return (method, path, body, options) => daemon.api(method, path, body, options);
}

/** A failpoint that was passed and that was armed least often; null before any is known, and now and then. */
function leastTried(report: KillReport): string | null {
  const known = [...report.passed.keys()].sort(
    (a, b) => (report.armed.get(a) ?? 0) - (report.armed.get(b) ?? 0) || a.localeCompare(b),
  );
  return known[0] ?? null;
}

let counted = 0;
function count(report: KillReport, countFile: string, target: string | null): void {
  if (!existsSync(countFile)) return;
  const lines = readFileSync(countFile, 'utf8').split('\n').filter(Boolean);
  for (const name of lines.slice(counted)) report.passed.set(name, (report.passed.get(name) ?? 0) + 1);
  counted = lines.length;
  if (target !== null) report.armed.set(target, (report.armed.get(target) ?? 0) + 1);
}
