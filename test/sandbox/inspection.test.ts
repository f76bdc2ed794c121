import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { connectEngine } from '../../sandbox/engine/docker.js';
import { makeInspection } from '../../sandbox/inspection.js';
import { directoryUntilEnd } from '../engine/directory.js';
import { json, playEngine } from './played-engine.js';

t.test('how the engine is, and how far its clock is from ours', async (t) => {
  let ahead = 120_000;
  const played = await playEngine((call, response) => {
    if (call.path === '/version') json(response, 200, { Version: '20.10', ApiVersion: '1.41', Os: 'l', Arch: 'a' });
    else if (call.path === '/info') {
      const SystemTime = new Date(Date.now() + ahead).toISOString();
      const more = Number.isNaN(ahead) ? {} : { SystemTime };
      json(response, 200, { ID: 'i', NCPU: 2, CgroupDriver: 'systemd', CgroupVersion: '2', ...more });
    } else if (call.path === '/images/there/json')
      json(response, 200, { Id: 'x', Config: { Env: ['PATH=/bin', 'KEY=plain=text', 'ODD'] } });
    else json(response, 404, { message: 'No such image' });
  });
  t.teardown(() => played.stop());
  const inspection = makeInspection(connectEngine({ host: played.host }));
  t.match(await inspection.engine(), {
    ...{ version: '20.10', apiVersion: '1.41', runtime: 'runc', cgroupVersion: '2', cgroupDriver: 'systemd' },
    clockAhead: 120_000,
  });
  ahead = 0;
  t.equal(Math.abs((await inspection.engine()).clockAhead ?? 1), 0);
  t.same(await inspection.imageVariables('there'), ['PATH', 'KEY', ''], 'names, never values');
  t.equal(await inspection.imageVariables('absent'), null);
});

t.test('Docker away is an error, or nothing known', async (t) => {
  const inspection = makeInspection(connectEngine({ host: 'unix:///nonexistent/docker.sock' }));
  await t.rejects(inspection.engine(), { code: 'ENGINE_UNREACHABLE' });
  t.equal(await inspection.imageVariables('any'), null);
});

t.test('what the kernel has, and that only root looks at processes', async (t) => {
  const proc = directoryUntilEnd(t);
  mkdirSync(join(proc, 'self'));
  const mounts = (line: string) => writeFileSync(join(proc, 'self/mountinfo'), line);
  const engine = connectEngine({ host: 'unix:///nonexistent/docker.sock' });
  mounts('30 25 0:26 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n');
  t.same(makeInspection(engine, true, proc).kernel(), { root: true, freezer: true });
  mounts('30 25 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n');
  t.same(makeInspection(engine, false, proc).kernel(), { root: false, freezer: false });
  mounts('30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n');
  t.match(makeInspection(engine, false, proc).kernel(), { freezer: true });
  t.equal(makeInspection(engine, false, proc).processes('a'.repeat(64), ['KEY'], String), null);
});
