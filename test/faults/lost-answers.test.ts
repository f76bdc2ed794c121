import { mkdtempSync, rmSync } from 'node:fs';
import t from 'tap';
import { startDaemon } from '../engine/daemon.js';
import { startProxy } from '../engine/proxy.js';
import { sharedEngine } from '../engine/shared.js';
import { converged, differences } from './world.js';

const count = process.env.AMPOULE_FULL === '1' ? 100 : 8;

t.test(`${count} creates whose answer is lost make one container each`, { timeout: 1_200_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  const dir = mkdtempSync('/tmp/ap-');
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const proxy = await startProxy(engine.socket, `${dir}/s`);
  t.teardown(() => proxy.stop());
  const daemon = await startDaemon({ engine: proxy });
  t.teardown(() => daemon.remove());
  const { id: vault } = await daemon.ok('GET', '/v1/vault');
  await daemon.ok('POST', '/v1/secrets', { name: 'KEY_0', value: 'canary-lost-answer' });

  const lost = proxy.rule({
    method: 'POST',
    path: /^\/containers\/create/,
    act: { kind: 'reset-after' },
    times: count,
  });
  const wanted = new Map<string, Map<string, string>>();
  for (let n = 0; n < count; n++) {
    await daemon.ok('POST', '/v1/sandboxes?wait=0', {
      ...{ name: `lost${n}`, session: { idle: 'never' }, secrets: [{ name: 'KEY_0' }] },
      ...{ network: 'none', delivery: 'env', idle: 'never' },
    });
    wanted.set(`lost${n}`, new Map([['KEY_0', 'canary-lost-answer']]));
  }
  const wrong = await converged(
    () => differences(engine.dockerHost, vault, wanted, (name) => name === 'KEY_0'),
    180_000,
  );
  t.same(wrong, []);
  t.equal(lost.hits, count, `${lost.hits} answers were lost`);
  for (let n = 0; n < count; n++) await daemon.ok('DELETE', `/v1/sandboxes/lost${n}?wait=0`);
  t.same(
    await converged(() => differences(engine.dockerHost, vault, new Map(), () => true), 180_000),
    [],
    'and none is left',
  );
});

t.test('each call of the engine may hang, break before or after, or fail', { timeout: 1_200_000 }, async (t) => {
  const engine = await sharedEngine();
  await engine.importBusybox();
  t.teardown(() => engine.done());
  const dir = mkdtempSync('/tmp/ap-');
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const proxy = await startProxy(engine.socket, `${dir}/s`);
  t.teardown(() => proxy.stop());
  const daemon = await startDaemon({ engine: proxy });
  t.teardown(() => daemon.remove());
  const { id: vault } = await daemon.ok('GET', '/v1/vault');
  await daemon.ok('POST', '/v1/secrets', { name: 'KEY_0', value: 'canary-each-call' });
  await daemon.ok('PUT', '/v1/sessions/each', { idle: 'never', onResume: 'restore' });
  const calls: [string, RegExp][] = [
    ['POST', /^\/containers\/create/],
    ['POST', /^\/containers\/[^/]+\/start/],
    ['POST', /^\/containers\/[^/]+\/kill/],
    ['POST', /^\/containers\/[^/]+\/rename/],
    ['DELETE', /^\/containers\//],
    ['GET', /^\/containers\/[^/]+\/json/],
    ['GET', /^\/containers\/json/],
  ];
  const acts = ['hang', 'reset-before', 'reset-after', 'status', 'delay'] as const;
  const quick = ['reset-before', 'reset-after', 'status'] as const;
  const box = { name: 'each', session: 'each', network: 'none', delivery: 'env', idle: 'never', grace: '0s' };
  for (const [number, [method, path]] of calls.entries()) {
    const chosen = process.env.AMPOULE_FULL === '1' ? acts : quick.filter((_, at) => at !== number % quick.length);
    for (const kind of chosen) {
      const rule = proxy.rule({
        method,
        path,
        times: 2,
        act: kind === 'delay' ? { kind, ms: 700 } : { kind },
      });
      const label = `${method} ${path.source} ${kind}`;
      await daemon.api('POST', '/v1/sandboxes?wait=0', box);
      await daemon.api('PUT', '/v1/sessions/each/secrets/KEY_0?wait=0', {});
      const on = new Map([['each', new Map([['KEY_0', 'canary-each-call']])]]);
      const look = (boxes: Map<string, Map<string, string>>) => () =>
        differences(engine.dockerHost, vault, boxes, (name) => name === 'KEY_0');
      t.same(await converged(look(on), 60_000), [], `${label}: activated`);
      await daemon.api('DELETE', '/v1/sessions/each/secrets/KEY_0?wait=0');
      t.same(await converged(look(new Map([['each', new Map()]])), 60_000), [], `${label}: deactivated`);
      await daemon.api('DELETE', '/v1/sandboxes/each?wait=0');
      t.same(await converged(look(new Map()), 60_000), [], `${label}: removed`);
      t.ok(rule.hits > 0, `${label}: ${rule.hits} calls were hit`);
      rule.remove();
      proxy.release();
    }
  }
});
