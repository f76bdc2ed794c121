/** A daemon that is killed and started again finds its inits: nothing acknowledged is lost, nothing taken away comes back. */

import { mkdtempSync, rmSync } from 'node:fs';
import t from 'tap';
import { sharedEngine } from '../engine/shared.js';
import { initialCells } from './actors.js';
import { killCycles } from './kill9.js';
import { Ledger, seeded } from './ledger.js';

const full = process.env.AMPOULE_FULL === '1';
const cycles = Number(process.env.AMPOULE_CYCLES ?? (full ? 1000 : 10));
const seed = Number(process.env.AMPOULE_SEED ?? 20_240_608);

t.test('killed at failpoints and at random, with memory delivery', { timeout: 14_000_000 }, async (t) => {
  const engine = await sharedEngine();
  t.teardown(() => engine.done());
  await engine.importBusybox();
  const dir = mkdtempSync('/tmp/ak-');
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const ledger = new Ledger(initialCells());
  const report = await killCycles({
    ...{ engine, dir, ledger, cycles, delivery: 'memory', steps: 8 },
    random: seeded(seed),
    progress: (line) => t.comment(line),
  });
  t.same(report.wrong, [], 'every cycle ends as the ledger says');
  t.ok(ledger.acknowledged > cycles, `${ledger.acknowledged} acknowledged writes, ${ledger.unanswered} unanswered`);
  t.ok(report.kills >= cycles, `${report.kills} kills`);
  for (const [name, times] of [...report.passed].sort())
    t.comment(`${name}: passed ${times}, armed ${report.armed.get(name) ?? 0}`);
  t.ok(
    [...report.passed.keys()].some((name) => name.startsWith('init.')),
    'failpoints of the inits were passed',
  );
  if (full) {
    const untried = [...report.passed.keys()].filter((name) => (report.armed.get(name) ?? 0) < 2);
    t.same(untried, [], 'each failpoint was armed at least twice');
  }
});
