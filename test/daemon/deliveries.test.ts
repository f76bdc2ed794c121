import t from 'tap';
import { type DeliveriesOptions, makeDeliveries } from '../../daemon/deliveries.js';
import type { Probe } from '../../sandbox/index.js';
import { until } from '../engine/wait.js';
import { playTimers } from '../sandbox/played-timers.js';

const WORKS: Probe = { works: true, version: '1' };
const BROKEN: Probe = { works: false, reason: 'The run directory is noexec. Choose another.' };

function played(more: Partial<DeliveriesOptions> = {}) {
  const timers = playTimers();
  const d = {
    timers,
    verdicts: [] as Probe[],
    probes: 0,
    engine: 'one' as string | null,
    lines: [] as string[],
  };
  const deliveries = makeDeliveries({
    configured: 'auto',
    async probe() {
      d.probes += 1;
      return d.verdicts.shift() ?? WORKS;
    },
    async engineId() {
      if (d.engine === null) throw new Error('away');
      return d.engine;
    },
    reachable: () => d.engine !== null,
    log: { info: (line) => void d.lines.push(line), warn: (line) => void d.lines.push(line) },
    timers,
    ...more,
  });
  return { ...deliveries, d };
}

t.test('auto is memory where it works', async (t) => {
  const { d, start, resolve, report, stop } = played();
  t.match(report(), { configured: 'auto', resolved: 'memory', state: 'probing' });
  start();
  t.same(await resolve('auto'), { delivery: 'memory', notices: [] });
  t.same(await resolve('env'), { delivery: 'env', notices: [] });
  t.same(report(), { configured: 'auto', resolved: 'memory', state: 'works' });
  t.equal(d.probes, 1);
  t.same(d.lines, ['delivery by memory works here']);
  await stop();
});

t.test('where memory cannot be had, auto is env and says why, and memory is refused', async (t) => {
  const { d, start, resolve, report, stop } = played();
  d.verdicts.push(BROKEN);
  start();
  const auto = await resolve('auto');
  t.match(auto, { delivery: 'env', notices: [/memory cannot be had here: The run directory is noexec\. Choose/] });
  await t.rejects(resolve('memory'), {
    code: 'DELIVERY_UNAVAILABLE',
    message: /noexec\. Choose another\. .*take "env"/,
  });
  t.match(report(), { resolved: 'env', state: 'unavailable', reason: /noexec/ });
  await stop();
});

t.test('a probe that failed is tried again after a while', async (t) => {
  const { d, start, resolve, report, stop } = played();
  d.verdicts.push(BROKEN, BROKEN);
  start();
  await resolve('auto');
  await d.timers.pass(4_000);
  t.equal(d.probes, 1, 'not at once');
  await d.timers.pass(2_000);
  await until('the second probe', () => d.probes === 2);
  t.match(report(), { state: 'unavailable' });
  await d.timers.pass(20_000);
  await until('the third probe', () => report().state === 'works');
  t.equal(d.lines.length, 2, 'what is no news is not said again');
  await stop();
});

t.test('another engine is probed anew, the same one is not', async (t) => {
  const { d, start, resolve, report, stop } = played();
  start();
  await resolve('auto');
  const bounce = async (as: string): Promise<void> => {
    d.engine = null;
    await d.timers.pass(1_000);
    d.engine = as;
    await d.timers.pass(1_000);
  };
  await bounce('one');
  await resolve('auto');
  t.equal(d.probes, 1);
  d.verdicts.push(BROKEN);
  await bounce('two');
  await until('the probe of the other engine', () => report().state === 'unavailable');
  t.equal(d.probes, 2);
  await stop();
});

t.test('env as configured asks nobody, until somebody asks for memory', async (t) => {
  const { d, start, resolve, report, stop } = played({ configured: 'env' });
  start();
  t.same(await resolve('auto'), { delivery: 'env', notices: [] });
  await d.timers.pass(10_000);
  t.equal(d.probes, 0);
  t.match(report(), { configured: 'env', resolved: 'env', state: 'unasked', reason: /AMPOULE_DELIVERY=env/ });
  t.match(await resolve('memory'), { delivery: 'memory' });
  t.match(report(), { resolved: 'env', state: 'works' });
  await stop();
});

t.test('memory as configured never becomes env', async (t) => {
  const { d, start, resolve, report, stop } = played({ configured: 'memory' });
  d.verdicts.push(BROKEN);
  start();
  await t.rejects(resolve('auto'), { code: 'DELIVERY_UNAVAILABLE' });
  t.match(report(), { resolved: 'memory', state: 'unavailable' });
  await stop();
});

t.test('while Docker is away nothing is put into its files for good', async (t) => {
  const { d, start, resolve, report, stop } = played();
  d.engine = null;
  start();
  t.same(await resolve('auto'), { delivery: 'memory', notices: [] });
  t.same(await resolve('memory'), { delivery: 'memory', notices: [] });
  t.match(report(), { state: 'probing', reason: /Docker has not answered/ });
  d.engine = 'one';
  await d.timers.pass(1_000);
  await until('the probe after Docker came', () => report().state === 'works');
  await stop();
});

t.test('a launch waits for a probe that takes too long only so long', async (t) => {
  let over = (_: Probe): void => {};
  const slow = new Promise<Probe>((resolve) => {
    over = resolve;
  });
  const { d, start, resolve, stop } = played({ probe: () => slow, patience: 5 });
  start();
  const waiting = resolve('auto');
  await d.timers.pass(10);
  t.same(await waiting, { delivery: 'memory', notices: [] }, 'rather than be in files for good');
  over(WORKS);
  t.match(await resolve('auto'), { delivery: 'memory' });
  await stop();
});
