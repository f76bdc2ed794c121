import t from 'tap';
import type { Logger } from '../../daemon/parts.js';
import { type Scheduled, schedule } from '../../daemon/scheduler.js';
import type { Timers } from '../../sandbox/index.js';

/** A clock that goes on only when told to. Timers count time that passed, as real ones do, whatever the wall clock says. */
function fakeClock(start = 1_000_000) {
  let passed = 0;
  let wall = start;
  let pending: { at: number; act: () => void } | null = null;
  const timers: Timers = {
    now: () => wall,
    after(ms, act) {
      const mine = { at: passed + ms, act };
      pending = mine;
      return () => {
        if (pending === mine) pending = null;
      };
    },
  };
  const pass = (ms: number): void => {
    passed += ms;
    wall += ms;
  };
  return {
    timers,
    set: (to: number) => {
      wall = to;
    },
    next: () => (pending === null ? null : pending.at - passed),
    /** Goes on by `ms`, firing what falls due. Returns how often something fired. */
    go(ms: number) {
      const end = passed + ms;
      let fired = 0;
      while (pending !== null && pending.at <= end) {
        const { at, act } = pending;
        pending = null;
        pass(at - passed);
        act();
        fired += 1;
      }
      pass(end - passed);
      return fired;
    },
  };
}

/** A vault's clockwork that can be made to fail, which a real one does only with a full disk. */
function clockwork(clock: { timers: Timers }) {
  const said: string[] = [];
  const state = {
    expiry: null as number | null,
    fail: false,
    tombstones: 0,
    idle: [] as string[],
    overdue: [] as string[],
  };
  const scheduled = {
    vault: {
      sessions: {
        nextExpiry: () => state.expiry,
        expire: () => {
          if (state.fail) throw Object.assign(new Error('full'), { code: 'REVOKED_NOT_RECORDED' });
          said.push(`expire at ${clock.timers.now()}`);
          state.expiry = null;
          return { sessions: ['ses_1'], sandboxes: ['sbx_1'] };
        },
      },
      sandboxes: {
        idle: () => state.idle,
        end: (_caller: unknown, id: string, reason: string) => {
          said.push(`end ${id} ${reason}`);
          state.idle = [];
          return { sandbox: { id }, sessions: [], sandboxes: [id, 'sbx_3'] };
        },
      },
      requests: { expire: () => state.overdue.splice(0) },
      tokens: { flush: () => void said.push('flush') },
      tombstones: () => state.tombstones,
      flushTombstones: () => {
        said.push('record');
        state.tombstones = 0;
        return true;
      },
    },
    changed: (sessions: string[], sandboxes: string[]) => void said.push(`changed ${[...sessions, ...sandboxes]}`),
    expired: (requests: string[]) => {
      if (requests.length > 0) said.push(`expired ${requests}`);
    },
    wakeAll: () => void said.push('wake all'),
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (_message, fields) => void said.push(`error ${fields?.operation} ${fields?.code}`),
    } satisfies Logger,
  } as unknown as Scheduled;
  return { said, state, scheduled };
}

t.test('expires at its time, not before', async (t) => {
  const clock = fakeClock();
  const { said, state, scheduled } = clockwork(clock);
  state.expiry = 1_000_300;
  schedule(scheduled, clock.timers);
  clock.go(299);
  t.same(said, []);
  clock.go(1);
  t.same(said, ['expire at 1000300', 'changed ses_1,sbx_1']);
});

t.test('something new that expires soon is seen after reschedule', async (t) => {
  const clock = fakeClock();
  const { said, state, scheduled } = clockwork(clock);
  const scheduler = schedule(scheduled, clock.timers);
  state.expiry = 1_000_010;
  scheduler.reschedule();
  clock.go(10);
  t.match(said, ['expire at 1000010']);
});

t.test('a clock that jumps is noticed within a second', async (t) => {
  const clock = fakeClock();
  const { said, state, scheduled } = clockwork(clock);
  state.expiry = 9_000_000;
  schedule(scheduled, clock.timers);
  t.equal(clock.next(), 1_000, 'no longer than this without a look');
  clock.set(10_000_000);
  clock.go(1_000);
  t.equal(said[0], 'expire at 10001000');
});

t.test('what fails is tried again each second, and everybody looks', async (t) => {
  const clock = fakeClock();
  const { said, state, scheduled } = clockwork(clock);
  state.expiry = 1_000_000;
  state.fail = true;
  schedule(scheduled, clock.timers);
  t.same(said, ['error expire REVOKED_NOT_RECORDED', 'wake all']);
  t.equal(clock.go(10_000), 10, 'no busy loop');
  state.fail = false;
  clock.go(1_000);
  t.match(said.at(-1), 'changed');
});

t.test('tombstones, idle sandboxes and last uses have their turns', async (t) => {
  const clock = fakeClock();
  const { said, state, scheduled } = clockwork(clock);
  const scheduler = schedule(scheduled, clock.timers);
  state.tombstones = 1;
  clock.go(1_000);
  t.same(said.splice(0), ['record']);
  state.idle = ['sbx_2'];
  clock.go(4_000);
  t.same(said.splice(0), ['end sbx_2 idle', 'changed sbx_2,sbx_3'], 'those that ended with it too');
  clock.go(55_000);
  t.same(said.splice(0), ['flush', 'record']);
  clock.set(5_000);
  clock.go(60_000);
  t.ok(said.includes('flush'), 'also after the clock was set back');
  said.splice(0);
  scheduler.stop();
  t.same(said, ['flush']);
  t.equal(clock.next(), null);
});

t.test('requests that nobody decided on are closed, and told', async (t) => {
  const clock = fakeClock();
  const { scheduled, said, state } = clockwork(clock);
  const { stop } = schedule(scheduled, clock.timers);
  state.overdue = ['req_1', 'req_2'];
  clock.go(6_000);
  t.same(
    said.filter((line) => line.startsWith('expired')),
    ['expired req_1,req_2'],
  );
  stop();
});
