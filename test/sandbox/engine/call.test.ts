/** Bounds of a call: deadline, signals, failpoints. */

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { bounded } from '../../../sandbox/engine/call.js';

const quiet = { failpoint: () => {}, outer: null };
const never = () => new Promise<never>(() => {});

t.test('an answer is an answer', async (t) => {
  const points: string[] = [];
  const scope = { failpoint: (name: string) => void points.push(name), outer: null };
  t.equal(await bounded(scope, 'inspect', 1_000, async () => 7), 7);
  t.same(points, ['engine.inspect:before', 'engine.inspect:after']);
});

t.test('a call that nobody answers ends at its deadline, with its outcome unknown', async (t) => {
  let given: AbortSignal | null = null;
  const call = bounded(quiet, 'create', 20, (signal) => {
    given = signal;
    return never();
  });
  await t.rejects(call, { name: 'SandboxError', code: 'ENGINE_UNREACHABLE', retry: true, message: /"create"/ });
  t.match(given, { aborted: true });
});

t.test('signals end it', async (t) => {
  const outer = new AbortController();
  const also = new AbortController();
  for (const control of [outer, also]) {
    const call = bounded({ ...quiet, outer: outer.signal }, 'start', 10_000, never, { also: also.signal });
    setImmediate(() => control.abort());
    await t.rejects(call, { message: /"start"/ });
  }
  let made = false;
  const late = bounded({ ...quiet, outer: outer.signal }, 'start', 10_000, async () => {
    made = true;
  });
  await t.rejects(late, { message: /"start"/ });
  t.equal(made, false, 'nothing is begun under a signal that was given');
});

t.test('an answer that goes on is ended by the signal until it is released', async (t) => {
  const also = new AbortController();
  let given: AbortSignal | null = null;
  let free = () => {};
  const make = async (signal: AbortSignal) => {
    given = signal;
  };
  const goesOn = (_answer: unknown, release: () => void) => {
    free = release;
  };
  await bounded(quiet, 'logs', 10, make, { also: also.signal, goesOn });
  await sleep(30);
  t.match(given, { aborted: false }, 'the deadline is for the beginning');
  also.abort();
  t.match(given, { aborted: true });

  const again = new AbortController();
  await bounded(quiet, 'logs', 10, make, { also: again.signal, goesOn });
  free();
  again.abort();
  t.match(given, { aborted: false });
});

t.test('failpoints can fail a call before and after', async (t) => {
  let made = 0;
  const failing = (at: string) => ({
    outer: null,
    failpoint: (name: string) => {
      if (name === at) throw new Error('planted');
    },
  });
  const make = async () => {
    made += 1;
  };
  await t.rejects(bounded(failing('engine.kill:before'), 'kill', 1_000, make), { message: 'planted' });
  t.equal(made, 0);
  await t.rejects(bounded(failing('engine.kill:after'), 'kill', 1_000, make), { message: /"kill"/ });
  t.equal(made, 1);
});
