/** Observer and proxy on a real engine: what is planted is found, and what is broken is broken as told. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startEngine } from '../engine/engine.js';
import { environments, observe } from '../engine/observer.js';
import { startProxy } from '../engine/proxy.js';
import { sharedEngine } from '../engine/shared.js';
import { until } from '../engine/wait.js';

t.test('the observer finds a value that a container has, in every place', async (t) => {
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  const image = await engine.importBusybox();
  const value = `canary-${randomBytes(12).toString('hex')}`;
  const places = { engine, paths: [engine.dataRoot, engine.execRoot, engine.log] };
  t.same(await observe({ CANARY: value }, places), [], 'nothing before');
  const run = ['run', '-d', '--init', '--name', 'seen', '-e', `CANARY=${value}`, image, 'sleep', '1000'];
  const id = (await engine.docker(...run)).trim();
  // Docker answers before the program has begun.
  await until('the program running', () => environments(id).some(({ variables }) => variables.has('CANARY')));
  const where = (await observe({ CANARY: value }, places)).map((sighting) => sighting.where);
  for (const expected of [
    new RegExp(`^environ \\d+ \\S+ container ${id}$`),
    new RegExp(`^inspect container ${id}$`),
    /^file .*\/config\.v2\.json$/,
    /^file .*\/config\.json$/,
    /^file .*\/meta\.db$/,
  ]) {
    t.ok(
      where.some((place) => expected.test(place)),
      String(expected),
    );
  }
  const [first] = environments(id);
  t.equal(first?.variables.get('CANARY')?.toString(), value);
  await engine.docker('rm', '-f', 'seen');
  const left = (await observe({ CANARY: value }, { engine })).map((sighting) => sighting.where);
  t.same(left, [], 'no process and no container has it afterwards');
});

t.test('a call through the proxy works, and is lost as told', async (t) => {
  const engine = await sharedEngine();
  const directory = mkdtempSync('/tmp/ap-');
  const proxy = await startProxy(engine.socket, join(directory, 's'));
  t.teardown(async () => {
    await proxy.stop();
    await engine.tryDocker(['rm', '-f', 'harness-one', 'harness-two']);
    await engine.done();
    rmSync(directory, { recursive: true });
  });
  const image = await engine.importBusybox();
  const through = (...args: string[]) => engine.tryDocker(['-H', proxy.dockerHost, ...args]);
  t.equal((await through('run', '--rm', image, 'echo', 'hello')).stdout, 'hello\n', 'attached streams pass');
  t.equal((await through('run', '-d', '--init', '--name', 'harness-one', image, 'sleep', '1000')).code, 0);
  t.equal((await through('exec', 'harness-one', 'echo', 'inside')).stdout, 'inside\n');

  const create = /^\/containers\/create/;
  const names = async (): Promise<string> => engine.docker('ps', '-a', '--format', '{{.Names}}');
  const before = proxy.rule({ method: 'POST', path: create, act: { kind: 'reset-before' }, times: 1 });
  t.not((await through('create', '--name', 'harness-two', image)).code, 0);
  t.equal(before.hits, 1);
  t.notMatch(await names(), /harness-two/, 'it was never asked for');
  proxy.rule({ method: 'POST', path: create, act: { kind: 'reset-after' }, times: 1 });
  t.not((await through('create', '--name', 'harness-two', image)).code, 0);
  t.match(await names(), /harness-two/, 'it exists, and its answer was lost');
});
