/** Workspace volumes: whose they are, and who may write in them. */

import { realpathSync, renameSync, symlinkSync } from 'node:fs';
import t from 'tap';
import { assertPlace, ensureWorkspace, giveWorkspace, userIds } from '../../../sandbox/container/workspace.js';
import type { Engine, ImageSeen, PathSeen, VolumeSeen } from '../../../sandbox/engine/engine.js';
import { specOf } from '../wishes.js';

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\ndev:x:1000:1001:Dev:/home/dev:/bin/sh\n';
const GROUP = 'root:x:0:\nstaff:x:50:\n';
const files = { passwd: async () => PASSWD, group: async () => GROUP };

t.test('users as Docker resolves them', async (t) => {
  const cases: [string, { uid: number; gid: number } | null][] = [
    ['dev', { uid: 1000, gid: 1001 }],
    ['1000', { uid: 1000, gid: 1001 }],
    ['4242', { uid: 4242, gid: 0 }],
    ['dev:staff', { uid: 1000, gid: 50 }],
    ['dev:7', { uid: 1000, gid: 7 }],
    ['5:6', { uid: 5, gid: 6 }],
    ['5:staff', { uid: 5, gid: 50 }],
    ['nobody', null],
    ['dev:nogroup', null],
  ];
  for (const [user, ids] of cases) t.same(await userIds(user, files), ids, user);
});

/** As much of an engine as a workspace needs. */
function played(volume: VolumeSeen | null, path: PathSeen | null) {
  const calls: string[] = [];
  const engine: Partial<Engine> = {
    inspectVolume: async () => volume,
    createVolume: async (name, labels) => void calls.push(`create ${name} of ${labels['dev.ampoule.owner']}`),
    stat: async () => path,
    readFile: async (_id, name) => Buffer.from(name === '/etc/passwd' ? PASSWD : GROUP),
    putDirectory: async (_id, at, owner) =>
      void calls.push(`give ${at} to ${owner.uid}:${owner.gid} ${owner.mode.toString(8)}`),
  };
  return { calls, engine: engine as Engine };
}

const image: ImageSeen = {
  id: 'x',
  digests: [],
  config: {
    user: '',
    env: [],
    entrypoint: [],
    cmd: [],
    workdir: '',
    labels: {},
    volumes: [],
    exposedPorts: [],
    healthcheck: null,
    shell: [],
    stopSignal: '',
  },
};
const roots: PathSeen = { kind: 'directory', uid: 0, gid: 0, mode: 0o755 };

t.test('a volume is made, found, or refused', async (t) => {
  const none = played(null, null);
  await ensureWorkspace(none.engine, specOf());
  t.same(none.calls, ['create ampoule-ws-ses_01 of tok_01']);
  const foreign = played({ name: 'v', labels: {} }, null);
  await t.rejects(ensureWorkspace(foreign.engine, specOf()), { code: 'VOLUME_NOT_OURS', message: /operator/ });
  const allowed = { kind: 'volume', volume: 'v', path: '/w', foreign: true } as const;
  await ensureWorkspace(foreign.engine, specOf({ workspace: allowed }));
  await ensureWorkspace(foreign.engine, specOf({ workspace: { kind: 'hostPath', hostPath: '/x', path: '/w' } }));
  t.same(foreign.calls, []);
});

t.test('a host path that leads elsewhere by now is refused', async (t) => {
  const root = realpathSync(t.testdir({ work: {}, other: {} }));
  const at = (hostPath: string) => specOf({ workspace: { kind: 'hostPath', hostPath, path: '/w' } });
  const { engine } = played(null, null);
  await ensureWorkspace(engine, at(`${root}/work`));
  renameSync(`${root}/work`, `${root}/moved`);
  symlinkSync(`${root}/other`, `${root}/work`);
  const error = { code: 'ENGINE_REFUSED', message: /link.*ampoule sandbox rm/ };
  await t.rejects(ensureWorkspace(engine, at(`${root}/work`)), error);
  t.throws(() => assertPlace(at(`${root}/work`)), error);
  t.doesNotThrow(() => assertPlace(at(`${root}/nothing`)), 'Docker refuses it');
});

t.test('what root still has is given to the user, and nothing else', async (t) => {
  const give = async (path: PathSeen | null, user: string | null, workspace = specOf().workspace, imageUser = '') => {
    const world = played(null, path);
    const seen = { ...image, config: { ...image.config, user: imageUser } };
    await giveWorkspace(world.engine, 'id', specOf({ user, workspace }), seen);
    return world.calls;
  };
  t.same(await give(roots, 'dev'), ['give /workspace to 1000:1001 755']);
  t.same(await give(roots, null, undefined, 'dev:staff'), ['give /workspace to 1000:50 755'], 'the user of the image');
  t.same(await give({ ...roots, uid: 7 }, 'dev'), [], 'somebody has it already');
  t.same(await give(roots, null), [], 'root keeps it');
  t.same(await give(roots, 'root'), []);
  t.same(await give(roots, 'nobody'), [], 'the start will say that there is none');
  t.same(await give(null, 'dev'), []);
  t.same(await give(roots, 'dev', { kind: 'volume', volume: 'v', path: '/w', foreign: true }), []);
  t.same(await give(roots, 'dev', { kind: 'hostPath', hostPath: '/x', path: '/w' }), []);
});
