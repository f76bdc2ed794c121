import { mkdtempSync, rmSync } from 'node:fs';
import t from 'tap';
import { sharedEngine } from '../engine/shared.js';
import { type Call, initialCells } from './actors.js';
import { killCycles } from './kill9.js';
import { Ledger, seeded } from './ledger.js';

const full = process.env.AMPOULE_FULL === '1';
const cycles = full ? 200 : 20;
const seed = Number(process.env.AMPOULE_SEED ?? 20_240_607);

t.test('a daemon that is killed loses nothing that it acknowledged', { timeout: 3_600_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  const dir = mkdtempSync('/tmp/ak-');
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const ledger = new Ledger(initialCells());
  const report = await killCycles({
    engine,
    dir,
    delivery: 'env',
    ledger,
    cycles,
    steps: 8,
    random: seeded(seed),
    progress: (line) => t.comment(line),
  });
  t.same(report.wrong, [], 'every cycle ends as the ledger says');
  t.ok(ledger.acknowledged > cycles, `${ledger.acknowledged} acknowledged writes, ${ledger.unanswered} unanswered`);
  t.ok(report.kills >= cycles, `${report.kills} kills`);
  t.ok(report.passed.size >= 30, `${report.passed.size} failpoints were passed`);
  for (const [name, times] of report.passed)
    t.comment(`${name}: passed ${times}, armed ${report.armed.get(name) ?? 0}`);
  if (full) {
    const rare = [...report.passed].filter(([, times]) => times < 2).map(([name]) => name);
    t.same(rare, [], 'each failpoint was passed at least twice');
    const untried = [...report.passed.keys()].filter((name) => (report.armed.get(name) ?? 0) < 2);
    t.same(untried, [], 'each failpoint was armed at least twice');
  }
});

t.test('the same check catches a daemon that answers before it commits', { timeout: 600_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  const dir = mkdtempSync('/tmp/ak-');
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const hasty =
    (call: Call): Call =>
    async (...request) => {
      setTimeout(() => void call(...request).catch(() => {}), 150);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { status: 200, body: {} };
    };
  const report = await killCycles({
    engine,
    dir,
    delivery: 'env',
    ledger: new Ledger(initialCells()),
    cycles: 5,
    steps: 100,
    random: seeded(seed),
    through: hasty,
    progress: (line) => t.comment(line),
  });
  t.ok(report.wrong.length > 0, 'lost writes are found');
});
