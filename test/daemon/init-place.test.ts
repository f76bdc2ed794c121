import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { makeGround } from '../../daemon/init-place.js';
import type { ContainerSeen } from '../../sandbox/engine/engine.js';

const ID = 'c0ffee'.padEnd(64, '0');

function prepared(t: Pick<Test, 'testdir'>) {
  const directory = t.testdir({ programs: {}, run: {}, state: {}, data: {} });
  const programs = join(directory, 'programs');
  for (const name of [`ampoule-init-${process.arch}`, 'ampoule-peer']) {
    writeFileSync(join(programs, name), name);
    chmodSync(join(programs, name), 0o755);
  }
  const config = {
    runDir: join(directory, 'run'),
    auditHeadFile: join(directory, 'state', 'audit-head'),
    dataDir: join(directory, 'data'),
  };
  return { directory, programs, config };
}

t.test('on the host the program lies in the run directory, and paths are what they are', async (t) => {
  const { programs, config } = prepared(t);
  const engine = { inspect: () => Promise.reject(new Error('not asked')) };
  const ground = makeGround({ config, engine, programs, root: true, ids: [] });
  t.match(ground.place, { runDir: config.runDir, peer: join(programs, 'ampoule-peer') }, 'known before Docker answers');
  t.equal(await ground.prepare(), null);
  t.equal(ground.place.hostRunDir, config.runDir);
  t.match(ground.place.init, /\/run\/init-[0-9a-f]{16}\/ampoule-init$/);
  t.equal(readFileSync(ground.place.init, 'utf8'), `ampoule-init-${process.arch}`);
  t.equal(await ground.prepare(), null, 'once is enough');
  t.equal(makeGround({ config, engine, programs, root: false, ids: [] }).place.peer, null, 'nobody but root may look');
});

t.test('another program for tests of tests; none at all is said with what to do', async (t) => {
  const { programs, config, directory } = prepared(t);
  const engine = { inspect: async () => null };
  const init = join(directory, 'other');
  const made = makeGround({ config, engine, programs, init, root: true, ids: [] });
  t.match(await made.prepare(), /There is no .*other\. Build it/);
  writeFileSync(init, 'other');
  t.equal(await made.prepare(), null, 'a reason is looked into again');
  t.equal(readFileSync(made.place.init, 'utf8'), 'other');
});

t.test('in a container: the host’s names for its volumes, and peers only with the host’s pids', async (t) => {
  const { programs, config, directory } = prepared(t);
  const seen = (pidMode: string, source: string | null) =>
    ({
      ...{ id: ID, state: { running: true }, host: { pidMode } },
      mounts: source === null ? [] : [{ source, destination: directory }],
    }) as unknown as ContainerSeen;
  const ground = (container: ContainerSeen) =>
    makeGround({ config, engine: { inspect: async () => container }, programs, root: true, ids: [ID] });

  const inside = ground(seen('host', '/volumes/x'));
  t.equal(inside.place.peer, null, 'not known yet');
  t.equal(await inside.prepare(), null);
  t.match(inside.place, { hostRunDir: '/volumes/x/run', peer: join(programs, 'ampoule-peer') });
  t.match(inside.place.init, /^\/volumes\/x\/run\/init-[0-9a-f]{16}\/ampoule-init$/);
  t.ok(existsSync(inside.place.init.replace('/volumes/x', directory)));

  const apart = ground(seen('', '/volumes/x'));
  t.equal(await apart.prepare(), null);
  t.equal(apart.place.peer, null);
  t.match(await ground(seen('host', null)).prepare(), /lies in none of its volumes.*AMPOULE_RUN_DIR/);
});

t.test('Docker being away is no reason, but an error', async (t) => {
  const { programs, config } = prepared(t);
  const engine = { inspect: () => Promise.reject(new Error('away')) };
  await t.rejects(makeGround({ config, engine, programs, root: true, ids: [ID] }).prepare(), /away/);
});
