/** Env delivery on a real engine, pass by pass: what a container is made of, and how it is replaced and taken away. */

import t from 'tap';
import { connectEngine, makeEnvDelivery, type SandboxSpec, type Wish } from '../../sandbox/index.js';
import { sharedEngine } from '../engine/shared.js';
import { pause, until } from '../engine/wait.js';
import { memoryLedger } from '../sandbox/memory-ledger.js';
import { held, wishOf } from '../sandbox/wishes.js';

const engine = await sharedEngine();
t.teardown(() => engine.done());
const image = await engine.importBusybox();
const docker = connectEngine({ host: engine.dockerHost });

let count = 0;
/** A sandbox of this test's own with its delivery and ledger; removed at the end. */
function sandbox(t: { teardown(run: () => unknown): void }, spec: Partial<SandboxSpec> = {}) {
  count += 1;
  const name = `delivery${count}`;
  const own = { id: `sbx_${name}`, name, session: `ses_${name}`, vault: 'vlt_delivery', image, ...spec };
  const volume = `ampoule-ws-${own.session}`;
  const base: Partial<SandboxSpec> = {
    workspace: { kind: 'volume', volume, path: '/workspace', foreign: false },
    ...own,
  };
  const ledger = memoryLedger('vlt_delivery');
  const delivery = makeEnvDelivery({ engine: docker, ledger });
  const wish = (changes: Partial<Omit<Wish, 'spec'>> & { spec?: Partial<SandboxSpec> } = {}) =>
    wishOf({ ...changes, spec: { ...base, ...changes.spec } }, ledger);
  t.teardown(() => delivery.apply(wish({ goal: 'removed', removeWorkspace: true, generation: 99 })));
  const inside = async (...command: string[]) =>
    (await engine.docker('exec', `ampoule-${name}`, ...command)).replace(/\n$/, '');
  return { name: `ampoule-${name}`, id: own.id, ledger, delivery, wish, inside, volume };
}

t.test('launch, activate, rotate, deactivate, remove', async (t) => {
  const box = sandbox(t, { env: { MODE: 'own', TOKEN: 'below the secret' } });
  const first = await box.delivery.apply(box.wish());
  t.match(first, { changed: true, seen: { state: 'running' }, againMs: null });
  t.equal(await box.inside('sh', '-c', 'echo $MODE/$TOKEN/$AMPOULE_SANDBOX'), `own/below the secret/${box.id}`);
  t.match(await box.delivery.apply(box.wish()), { changed: false, notices: [] }, 'again: nothing to do');

  const text = 'line one\n"two" \'three\' ünï=x\n';
  const values = [held('TOKEN', 1, 1, Buffer.from(text)), held('KEY')];
  const second = await box.delivery.apply(box.wish({ generation: 2, values }));
  t.not(second.seen.containerId, first.seen.containerId);
  t.equal(second.notices.length, 2, 'layer lost, plaintext');
  t.equal(await box.inside('sh', '-c', 'printf "%s" "$TOKEN$KEY"'), `${text}value-of-KEY-1`);
  t.equal((await docker.list([`dev.ampoule.sandbox=${box.id}`])).length, 1);
  t.equal((await docker.inspect(box.name))?.config.hostname, box.name.replace('ampoule-', ''));

  const third = await box.delivery.apply(box.wish({ generation: 3, values: [held('KEY', 2)] }));
  t.equal(await box.inside('sh', '-c', 'echo $TOKEN/$KEY'), 'below the secret/value-of-KEY-2');
  const same = await box.delivery.apply(box.wish({ generation: 4, values: [held('KEY', 2)] }));
  t.equal(same.seen.containerId, third.seen.containerId);
  t.equal(box.ledger.rows(box.id)[0]?.generation, 4, 'the generation alone is recorded');

  const gone = await box.delivery.apply(box.wish({ generation: 5, goal: 'removed' }));
  t.match(gone, { seen: { state: 'removed', containerId: null } });
  t.equal(await docker.inspect(box.name), null);
  t.same(box.ledger.rows(box.id), []);
  t.ok(await docker.inspectVolume(box.volume), 'the workspace stays');
  await box.delivery.apply(box.wish({ generation: 5, goal: 'removed', removeWorkspace: true }));
  t.equal(await docker.inspectVolume(box.volume), null, 'unless it is to go');
});

t.test('the three privileges', async (t) => {
  const capabilities = async (privileges: SandboxSpec['privileges']) => {
    const box = sandbox(t, { privileges });
    await box.delivery.apply(box.wish());
    return box.inside(
      'sh',
      '-c',
      'grep -E "^(CapBnd|NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\\t" | tr "\\n" " "',
    );
  };
  t.equal(await capabilities('strict'), 'CapBnd:0000000000000000 NoNewPrivs:1 Seccomp:2 ');
  // CHOWN 0, DAC_OVERRIDE 1, FOWNER 3, FSETID 4, KILL 5, SETGID 6, SETUID 7, NET_BIND_SERVICE 10
  t.equal(await capabilities('standard'), 'CapBnd:00000000000004fb NoNewPrivs:1 Seccomp:2 ');
  t.equal(await capabilities('sudo'), 'CapBnd:00000000a80425fb NoNewPrivs:0 Seccomp:2 ');
});

t.test('the workspace belongs to the user of the sandbox, and limits hold', async (t) => {
  const box = sandbox(t, { user: 'user', workdir: '/workspace' });
  await box.delivery.apply(box.wish());
  t.equal(await box.inside('sh', '-c', 'echo kept >file; stat -c %u:%g /workspace; ulimit -c'), '1000:1000\n0');
  t.equal(await box.inside('sh', '-c', 'id -u; pwd'), '1000\n/workspace');
  const seen = await docker.inspect(box.name);
  t.match(seen?.host, { memory: 64 * 1024 * 1024, pidsLimit: 64, restartPolicy: 'no', init: true, binds: [] });
  await box.delivery.apply(box.wish({ generation: 2, values: [held('KEY')] }));
  t.equal(await box.inside('cat', 'file'), 'kept');

  const stranger = sandbox(t, {
    owner: 'tok_other',
    workspace: { kind: 'volume', volume: box.volume, path: '/w', foreign: false },
  });
  await t.rejects(stranger.delivery.apply(stranger.wish()), { code: 'VOLUME_NOT_OURS' });
  t.equal(await docker.inspect(stranger.name), null);
  const operator = sandbox(t, {
    owner: 'tok_other',
    workspace: { kind: 'volume', volume: box.volume, path: '/w', foreign: true },
  });
  await operator.delivery.apply(operator.wish());
  t.equal(await operator.inside('cat', '/w/file'), 'kept');
  await operator.delivery.apply(operator.wish({ goal: 'removed', removeWorkspace: true }));
  t.ok(await docker.inspectVolume(box.volume), 'a foreign volume is never removed');

  const missing = sandbox(t, { workspace: { kind: 'hostPath', hostPath: '/nowhere/at/all', path: '/w' } });
  await t.rejects(missing.delivery.apply(missing.wish()), { code: 'ENGINE_REFUSED', message: /mkdir -p/ });
});

t.test('volumes that the image asks for survive a replacement and go with the sandbox', async (t) => {
  await engine.docker('create', '--name', 'h-volume', image, 'sh');
  await engine.docker(
    'commit',
    '-c',
    'VOLUME /data',
    '-c',
    'LABEL dev.ampoule.sandbox=sbx_forged',
    'h-volume',
    'ampoule/volume:test',
  );
  t.teardown(() => engine.tryDocker(['rm', '-f', 'h-volume']));
  const box = sandbox(t, { image: 'ampoule/volume:test' });
  await box.delivery.apply(box.wish());
  t.equal((await docker.inspect(box.name))?.labels['dev.ampoule.sandbox'], box.id);
  await box.inside('sh', '-c', 'echo data >/data/file; echo lost >/lost');
  await box.delivery.apply(box.wish({ generation: 2, values: [held('KEY')] }));
  await box.delivery.apply(box.wish({ generation: 3 }));
  t.equal(await box.inside('sh', '-c', 'cat /data/file; test -e /lost || echo lost'), 'data\nlost');
  await box.delivery.apply(box.wish({ goal: 'removed', removeWorkspace: true }));
  t.same(await docker.listVolumes([`dev.ampoule.sandbox=${box.id}`]), []);
});

t.test('a port that was not given is chosen once; one that is taken is said', async (t) => {
  const ports = (host: number | null) => [{ container: 80, protocol: 'tcp' as const, host, ip: '127.0.0.1' }];
  const box = sandbox(t, { network: 'bridge', ports: ports(null) });
  await box.delivery.apply(box.wish());
  const chosen = box.ledger.ports.get(box.id) ?? [];
  t.match(chosen, [{ container: 80, host: Number }]);
  t.same((await docker.inspect(box.name))?.ports, chosen);
  await box.delivery.apply(box.wish({ generation: 2, values: [held('KEY')], spec: { ports: chosen } }));
  t.same((await docker.inspect(box.name))?.ports, chosen, 'kept by the replacement');
  const other = sandbox(t, { network: 'bridge', ports: chosen });
  await t.rejects(other.delivery.apply(other.wish()), { code: 'PORT_TAKEN' });
  t.equal(await docker.inspect(other.name), null, 'nothing is left of it');
});

t.test('what cannot be is said, and nothing is left of it', async (t) => {
  const none = sandbox(t, { image: 'ampoule/nosuch:1', pull: 'never' });
  await t.rejects(none.delivery.apply(none.wish()), { code: 'IMAGE_NOT_FOUND' });
  const nopull = sandbox(t, { image: 'ampoule/nosuch:1' });
  await t.rejects(nopull.delivery.apply(nopull.wish()), { code: /IMAGE_(PULL_FAILED|NOT_FOUND)/ });
  const network = sandbox(t, { network: 'nosuchnet' });
  await t.rejects(network.delivery.apply(network.wish()), { code: 'NETWORK_NOT_FOUND' });
  const host = sandbox(t, { network: 'host' });
  await t.rejects(host.delivery.apply(host.wish()), { code: 'ENGINE_REFUSED' });
  const user = sandbox(t, { user: 'nobodyhere' });
  await t.rejects(user.delivery.apply(user.wish()), { code: 'START_FAILED' });
  const binary = sandbox(t);
  const wish = binary.wish({ values: [held('BIN', 1, 1, Uint8Array.of(0xff, 0xfe))] });
  await t.rejects(binary.delivery.apply(wish), { code: 'VALUE_NOT_UTF8', message: /BIN/ });
  for (const box of [none, nopull, network, host, user, binary]) {
    t.equal(await docker.inspect(box.name), null);
    t.same(box.ledger.rows(box.id), []);
  }
});

t.test('an image without a shell cannot hold', async (t) => {
  const bare = await engine.tryDocker(['import', '-', 'ampoule/bare:test'], { input: emptyTar() });
  t.equal(bare.code, 0, bare.stderr);
  const box = sandbox(t, { image: 'ampoule/bare:test' });
  await t.rejects(box.delivery.apply(box.wish()), { code: 'IMAGE_HAS_NO_SHELL', message: /main "image"/ });
  t.equal(await docker.inspect(box.name), null);
});

function emptyTar(): Buffer {
  return Buffer.alloc(10_240);
}

t.test('a replacement that cannot start brings the old one back', async (t) => {
  const box = sandbox(t);
  const first = await box.delivery.apply(box.wish());
  const broken = box.wish({ generation: 2, values: [held('KEY')], spec: { user: 'nobodyhere' } });
  await t.rejects(box.delivery.apply(broken), { code: 'START_FAILED', seen: { state: 'running' } });
  const seen = await docker.inspect(box.name);
  t.equal(seen?.id, first.seen.containerId);
  t.equal(seen?.state.running, true);
  t.equal((await docker.list([`dev.ampoule.sandbox=${box.id}`])).length, 1);
  t.equal(box.ledger.rows(box.id).length, 1);

  await box.delivery.apply(box.wish({ generation: 3, values: [held('KEY')] }));
  const revoking = box.wish({ generation: 4, spec: { user: 'nobodyhere' } });
  await t.rejects(box.delivery.apply(revoking), { code: 'START_FAILED' });
  t.equal(await docker.inspect(box.name), null, 'but never one that holds what was revoked');
});

t.test('sealed: takes away, gives nothing', async (t) => {
  const box = sandbox(t);
  const values = [held('KEY')];
  await box.delivery.apply(box.wish({ values }));
  t.match(await box.delivery.apply(box.wish({ generation: 2, values, envMac: null })), { seen: { state: 'running' } });
  await t.rejects(box.delivery.apply(box.wish({ generation: 3, envMac: null })), { code: 'WISH_SEALED' });
  t.equal(await docker.inspect(box.name), null);
  await box.delivery.apply(box.wish({ generation: 3 }));
  t.equal(await box.inside('sh', '-c', 'echo "<$KEY>"'), '<>');
});

t.test('commands and logs', async (t) => {
  const box = sandbox(t, { main: 'own', command: ['sh', '-c', 'echo out; echo err >&2; exec sleep 1000'] });
  const request = {
    ...{ sandbox: box.id, execId: 'exe_1', command: 'echo $KEY', env: { KEY: 'of the exec' }, workdir: null },
    ...{ user: null, stdin: null, timeout: null },
  };
  await t.rejects(box.delivery.exec(request), { code: 'SANDBOX_NOT_RUNNING' });
  await box.delivery.apply(box.wish({ values: [held('KEY')] }));
  const text = async (parts: AsyncIterable<{ data: Uint8Array }>) => {
    const chunks: Uint8Array[] = [];
    for await (const part of parts) chunks.push(part.data);
    return Buffer.concat(chunks).toString();
  };
  const running = await box.delivery.exec(request);
  t.equal(await text(running.output), 'of the exec\n');
  t.match(await running.exit, { code: 0 });
  const printed = await until('both lines', async () => {
    const seen = await text(box.delivery.logs(box.id, { follow: false }, new AbortController().signal));
    return seen.includes('out') && seen.includes('err') && seen;
  });
  t.match(printed, /^(out\nerr\n|err\nout\n)$/);
  const long = await box.delivery.exec({ ...request, execId: 'exe_2', command: 'sleep 1000' });
  const read = text(long.output);
  await box.delivery.apply(box.wish({ generation: 2 }));
  await read;
  t.match(await long.exit, { reason: 'SANDBOX_REPLACED' });
});

t.test('revoking ends everything that holds a value, also what a pass is about to start', async (t) => {
  const plain = sandbox(t);
  await plain.delivery.apply(plain.wish());
  await plain.delivery.revoke(plain.id);
  t.equal((await docker.inspect(plain.name))?.state.running, true, 'it holds nothing');
  const box = sandbox(t);
  const values = [held('KEY')];
  for (let round = 0; round < 5; round += 1) {
    const pass = box.delivery.apply(box.wish({ generation: round + 1, values })).catch(() => {});
    await until('the row', () => box.ledger.rows(box.id).length > 0);
    await pause(round * 60);
    await box.delivery.revoke(box.id);
    t.not((await docker.inspect(box.name))?.state.running, true);
    await pass;
    t.not((await docker.inspect(box.name))?.state.running, true, 'nor after that');
    const sealed = box.delivery.apply(box.wish({ generation: round + 1, values, envMac: null }));
    await t.rejects(sealed, { code: 'WISH_SEALED' });
  }
  await engine.tryDocker(['start', box.name]);
  await box.delivery.apply(box.wish({ generation: 9, values, envMac: null })).catch(() => {});
  t.not((await docker.inspect(box.name))?.state.running, true, 'nor what somebody else starts meanwhile');
  await until('it running again', async () => {
    await box.delivery.apply(box.wish({ generation: 10, values }));
    return (await docker.inspect(box.name))?.state.running;
  });
  t.equal(await box.inside('sh', '-c', 'echo $KEY'), 'value-of-KEY-1');
});
