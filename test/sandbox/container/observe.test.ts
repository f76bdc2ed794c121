/** What is found of a sandbox, and whose it is. */

import t from 'tap';
import { labelsOf } from '../../../sandbox/container/labels.js';
import { observe, orphansOf } from '../../../sandbox/container/observe.js';
import type { ContainerSeen, Engine } from '../../../sandbox/engine/engine.js';
import { memoryLedger } from '../memory-ledger.js';
import { held, wishOf } from '../wishes.js';

/** As much of an engine as a look needs. */
function play(containers: ContainerSeen[], images: string[] = ['ampoule/busybox:latest'], volumes: string[] = []) {
  const engine: Partial<Engine> = {
    list: async (labels) =>
      containers
        .filter((one) => labels.every((label) => one.labels[label.split('=')[0] ?? ''] === label.split('=')[1]))
        .map((one) => ({ id: one.id, names: [one.name], state: one.state.status, labels: one.labels })),
    inspect: async (reference) => containers.find((one) => one.id === reference || one.name === reference) ?? null,
    inspectImage: async (reference) =>
      images.includes(reference)
        ? {
            id: 'sha256:1',
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
          }
        : null,
    listVolumes: async () => volumes,
    inspectVolume: async (name) => ({
      name,
      labels: { 'dev.ampoule.vault': 'vlt_01', 'dev.ampoule.session': name.replace('ampoule-ws-', '') },
    }),
  };
  return engine as Engine;
}

function container(id: string, name: string, labels: Record<string, string>): ContainerSeen {
  return {
    id,
    name,
    imageId: 'sha256:1',
    labels,
    state: {
      status: 'running',
      running: true,
      paused: false,
      pid: 7,
      exitCode: 0,
      startedAt: 1,
      finishedAt: null,
      oomKilled: false,
    },
    config: {
      hostname: '',
      user: '',
      env: [],
      entrypoint: [],
      cmd: [],
      workdir: '',
      tty: false,
      openStdin: false,
      image: '',
      healthcheck: null,
      stopSignal: '',
    },
    host: {
      ...{ networkMode: '', privileged: false, pidMode: '', ipcMode: '', utsMode: '', usernsMode: '' },
      ...{ capAdd: [], capDrop: [], securityOpt: [], binds: [], devices: 0, memory: 0, memorySwap: 0, nanoCpus: 0 },
      ...{ pidsLimit: 0, restartPolicy: 'no', init: true, portBindings: {}, tmpfs: {}, logDriver: 'json-file' },
    },
    mounts: [],
    networks: {},
    ports: [],
  };
}

function world() {
  const ledger = memoryLedger('vlt_01');
  const wish = wishOf({ values: [held('A')] }, ledger);
  const intend = () =>
    ledger.intend({
      ...{ sandbox: 'sbx_01', role: 'current' as const, epoch: 1, generation: 1, envMac: wish.envMac ?? '' },
      holds: [{ env: 'A', secret: 'sec_A', version: 1 }],
    });
  const labels = (nonce: string, mac = ledger.mac(1, 'sbx_01', nonce)) =>
    labelsOf(
      { vault: 'vlt_01', sandbox: 'sbx_01', session: 'ses_01', nonce, mac, epoch: 1, generation: 1, delivery: 'env' },
      {},
      {},
    );
  return { ledger, wish, intend, labels };
}
const equal = async () => true;
const different = async () => false;

t.test('a row finds its container by id, under whatever name', async (t) => {
  const { ledger, wish, intend, labels } = world();
  const row = intend();
  ledger.created(row.id, 'a', null);
  const observed = await observe(play([container('a', 'renamed', labels(row.nonce))]), ledger, wish, equal);
  t.match(observed, {
    rows: [{ container: { id: 'a', name: 'renamed', status: 'running', pid: 7 } }],
    strangers: [],
    image: null,
  });
});

t.test('a create without an answer is found by name and nonce, and compared', async (t) => {
  const { ledger, wish, intend, labels } = world();
  const row = intend();
  const found = [container('a', 'ampoule-box', labels(row.nonce))];
  t.match(await observe(play(found), ledger, wish, equal), { rows: [{ adoptable: true, container: { id: 'a' } }] });
  const poser = await observe(play(found), ledger, wish, different);
  t.match(poser, { rows: [{ adoptable: false, container: null }], strangers: [{ name: 'ampoule-box', ours: false }] });
  const renamed = await observe(play([container('a', 'other', labels(row.nonce))]), ledger, wish, equal);
  t.match(renamed.rows, [{ adoptable: false, container: null }], 'the nonce alone is not enough');
  t.match(renamed.strangers, [{ id: 'a', ours: true }]);
  const later = wishOf({ values: [held('A'), held('B')], generation: 5 }, ledger);
  t.match(await observe(play(found), ledger, later, equal), { rows: [{ adoptable: false, container: { id: 'a' } }] });
  t.match(await observe(play([]), ledger, wish, equal), { rows: [{ adoptable: false, container: null }] });
});

t.test('strangers: by name, by label; ours by nonce or MAC only', async (t) => {
  const { ledger, wish, intend, labels } = world();
  const row = intend();
  ledger.created(row.id, 'a', null);
  const mine = container('a', 'ampoule-box-g9', labels(row.nonce));
  const look = async (other: ContainerSeen) => (await observe(play([mine, other]), ledger, wish, equal)).strangers;
  t.match(await look(container('b', 'ampoule-box', {})), [{ id: 'b', ours: false }], 'no labels');
  t.match(await look(container('b', 'ampoule-box-g1', {})), [{ id: 'b', ours: false }], 'the name of the next one');
  t.match(
    await look(container('b', 'ampoule-box', labels(row.nonce))),
    [{ ours: false }],
    'labels of a live one, copied',
  );
  t.match(await look(container('b', 'ampoule-box', labels('younger'))), [{ ours: true }], 'a MAC of ours');
  t.match(await look(container('b', 'elsewhere', labels('younger'))), [{ ours: true, name: 'elsewhere' }]);
  t.match(await look(container('b', 'ampoule-box', labels('younger', 'forged'))), [{ ours: false }]);
  t.same(await look(container('b', 'elsewhere', labels('younger', 'forged'))), [], 'not in our way, not ours');
  const ended = intend();
  ledger.created(ended.id, 'gone', null);
  ledger.ended(ended.id);
  t.match(
    await look(container('b', 'ampoule-box', labels(ended.nonce))),
    [{ ours: false }],
    'labels of an ended one, copied',
  );
});

t.test('images: only where one is needed, and the one that was used', async (t) => {
  const { ledger, wish, intend } = world();
  const image = (images: string[]) => observe(play([], images), ledger, wish, equal).then((seen) => seen.image);
  t.same(await image(['ampoule/busybox:latest']), { reference: 'ampoule/busybox:latest', present: true, kept: false });
  t.same(await image([]), { reference: 'ampoule/busybox:latest', present: false, kept: false });
  ledger.created(intend().id, 'a', 'sha256:used');
  t.same(await image(['sha256:used']), { reference: 'sha256:used', present: true, kept: true });
  t.same(await image(['ampoule/busybox:latest']), { reference: 'ampoule/busybox:latest', present: true, kept: false });
});

t.test('volumes: only of what is removed', async (t) => {
  const { ledger, wish } = world();
  const engine = play([], [], ['ampoule-vol-sbx_01-data']);
  const volumes = (of: typeof wish) => observe(engine, ledger, of, equal).then((seen) => seen.volumes);
  t.same(await volumes(wish), []);
  t.same(await volumes(wishOf({ goal: 'removed' })), ['ampoule-vol-sbx_01-data']);
  t.same(await volumes(wishOf({ goal: 'removed', removeWorkspace: true })), [
    'ampoule-vol-sbx_01-data',
    'ampoule-ws-ses_01',
  ]);
  const volume = (name: string, foreign: boolean) => ({
    workspace: { kind: 'volume' as const, volume: name, path: '/w', foreign },
  });
  const removed = { goal: 'removed' as const, removeWorkspace: true };
  const other = wishOf({ ...removed, spec: { ...volume('ampoule-ws-ses_other', false), owner: 'tok_other' } });
  t.same(await volumes(other), ['ampoule-vol-sbx_01-data'], 'never a foreign one');
  t.same(await volumes(wishOf({ ...removed, spec: volume('ampoule-ws-ses_01', true) })), ['ampoule-vol-sbx_01-data']);
});

t.test('orphans of a sandbox that nobody knows', async (t) => {
  const { ledger, labels } = world();
  const all = [container('a', 'x', labels('n1')), container('b', 'y', labels('n2', 'forged')), container('c', 'z', {})];
  t.same(await orphansOf(play(all), ledger, 'vlt_01', 'sbx_01'), [{ id: 'a', name: 'x', ours: true }]);
  t.same(await orphansOf(play(all), ledger, 'vlt_other', 'sbx_01'), []);
});
