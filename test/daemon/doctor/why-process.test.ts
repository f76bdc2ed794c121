import t, { type Test } from 'tap';
import type { ProcessFacts, SandboxFacts } from '../../../daemon/doctor/facts.js';
import { processFindings } from '../../../daemon/doctor/why-process.js';
import { ABSENT, DAY, facts, NOW, OTHER, process, RIGHT, sandbox, variable } from './sample-facts.js';

function of(
  processes: Partial<ProcessFacts>[],
  more: Partial<SandboxFacts> = {},
  secret: string | null = 'TOKEN@work',
) {
  const found = variable({ secret, processes: processes.map(process) });
  return processFindings(facts(), sandbox({ variables: [found], ...more }), found);
}
const one = (t: Test, found: ReturnType<typeof of>, cause: string, what: RegExp, command: string | null) => {
  t.equal(found.length, 1, `${cause} alone`);
  t.match(found[0], { code: cause, what, command }, cause);
};
const OLD = { kind: 'old', version: 1 } as const;
const BEFORE = NOW - 2 * DAY;

t.test('what is right, or cannot be known, is no finding', async (t) => {
  t.same(of([{}, { has: { kind: 'unknown' } }]), []);
  t.same(of([{ has: OTHER }], {}, null), [], 'nor what no secret should be');
});

t.test('an earlier version', async (t) => {
  const reset = 'ampoule sandbox reset box --confirm box';
  one(t, of([{ has: OLD }]), 'HOLDER_KEEPS_OLD', /node \(pid 7\) in box keeps version 1/, reset);
  one(t, of([{ has: OLD, place: 'command', exec: 'exe_1' }]), 'HOLDER_KEEPS_OLD', /keeps/, 'ampoule execs end exe_1');
  one(t, of([{ has: OLD, place: 'inner' }]), 'HOLDER_KEEPS_OLD', /keeps/, 'ampoule exec -b box -- ps');
});

t.test('another value', async (t) => {
  one(t, of([{ has: OTHER, place: 'command' }]), 'SHADOWED_BY_EXEC', /by whoever started it/, null);
  one(t, of([{ has: OTHER, place: 'entered' }]), 'SHADOWED_BY_EXEC', /by whoever started it/, null);
  one(
    t,
    of([{ has: OTHER, place: 'inner' }]),
    'CHANGED_BY_PROCESS',
    /started with another TOKEN/,
    /grep -rIl TOKEN/ as never,
  );
});

t.test('none', async (t) => {
  one(
    t,
    of([{ has: ABSENT, startedAt: BEFORE }]),
    'PROCESS_BEFORE_VALUE',
    /older than the value/,
    /sandbox reset/ as never,
  );
  one(t, of([{ has: ABSENT }]), 'PROCESS_BEFORE_VALUE', /older/, /sandbox reset/ as never);
  one(t, of([{ has: ABSENT, place: 'inner', startedAt: BEFORE }]), 'PROCESS_BEFORE_VALUE', /older/, /ps/ as never);
  const bridge = 'docker exec ampoule-box /.ampoule/run CMD';
  const entered = of([{ has: ABSENT, place: 'entered' }]);
  one(t, entered, 'PAST_THE_BRIDGE', /past the bridge/, null);
  t.match(entered[0]?.todo, bridge);
  one(t, of([{ has: ABSENT, place: 'inner' }]), 'CHANGED_BY_PROCESS', /without TOKEN/, 'ampoule exec -b box -- env');
  one(
    t,
    of([{ has: ABSENT, place: 'entered' }], { delivery: 'env' }),
    'CHANGED_BY_PROCESS',
    /without TOKEN/,
    'ampoule exec -b box -- env',
  );
});

t.test('what a process started is said with it', async (t) => {
  one(t, of([{ has: OLD }, { has: OLD, pid: 8, place: 'inner' }]), 'HOLDER_KEEPS_OLD', /pid 7/, /reset/ as never);
  t.equal(of([{ has: RIGHT }, { has: OLD, pid: 8, place: 'inner' }]).length, 1);
});
