/** Calls whose answers go on, against a played engine. */

import t from 'tap';
import { connectEngine } from '../../../sandbox/engine/docker.js';
import { json, playEngine } from '../played-engine.js';

t.test('events until the signal', async (t) => {
  const event = { Type: 'container', Action: 'die', Actor: { ID: 'x', Attributes: { l: '1' } } };
  const played = await playEngine((_call, response) => {
    response.write(`${JSON.stringify(event)}\nnoise\n${JSON.stringify({ ...event, Action: 'start' })}\n`);
  });
  t.teardown(() => played.stop());
  const control = new AbortController();
  const heard: string[] = [];
  for await (const one of connectEngine({ host: played.host }).events('l=1', control.signal)) {
    heard.push(`${one.action} ${one.id} ${one.labels.l}`);
    if (heard.length === 2) control.abort();
  }
  t.same(heard, ['die x 1', 'start x 1']);
  t.same(JSON.parse(played.calls[0]?.query.get('filters') ?? ''), { type: ['container'], label: ['l=1'] });
});

t.test('an engine that goes away ends the events with an error', async (t) => {
  const played = await playEngine((_call, response) => {
    response.write('\n');
    setImmediate(() => response.destroy());
  });
  t.teardown(() => played.stop());
  const listen = async () => {
    for await (const _ of connectEngine({ host: played.host }).events('l', new AbortController().signal));
  };
  await t.rejects(listen(), { code: 'ENGINE_UNREACHABLE' });
});

t.test('commands', async (t) => {
  const played = await playEngine((call, response) => {
    if (call.path.startsWith('/exec/gone')) json(response, 404, { message: 'No such exec' });
    else if (call.path.endsWith('/exec'))
      json(response, call.path.includes('stopped') ? 409 : 201, { Id: 'e', message: 'x' });
    else json(response, 200, { ID: 'e', Running: false, ExitCode: 3, Pid: 7, ContainerID: 'c' });
  });
  t.teardown(() => played.stop());
  const engine = connectEngine({ host: played.host });
  const spec = { command: ['a'], env: ['B=c'], workdir: null, user: 'u', tty: false, stdin: true };
  t.equal(await engine.execCreate('c', spec), 'e');
  t.same(JSON.parse(played.calls[0]?.body ?? ''), {
    ...{ AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: false },
    ...{ Cmd: ['a'], Env: ['B=c'], User: 'u' },
  });
  await t.rejects(engine.execCreate('stopped', spec), { code: 'SANDBOX_NOT_RUNNING' });
  t.same(await engine.execInspect('e'), { id: 'e', running: false, exitCode: 3, pid: 7, containerId: 'c' });
  t.equal(await engine.execInspect('gone'), null);
});

t.test('how the engine is', async (t) => {
  const played = await playEngine((call, response) => {
    if (call.path === '/version')
      json(response, 200, { Version: '20', ApiVersion: '1.41', Os: 'linux', Arch: 'amd64' });
    else
      json(response, 200, {
        ID: 'i',
        NCPU: 2,
        CgroupDriver: 'cgroupfs',
        LiveRestoreEnabled: true,
        DockerRootDir: '/d',
        SystemTime: '2030-01-01T00:00:00.5Z',
        DefaultRuntime: 'runc',
        RuncCommit: { ID: '1.1.5' },
      });
  });
  t.teardown(() => played.stop());
  const engine = connectEngine({ host: played.host });
  t.same(await engine.version(), { version: '20', apiVersion: '1.41', os: 'linux', arch: 'amd64' });
  t.match(await engine.info(), {
    cpus: 2,
    cgroupVersion: '1',
    liveRestore: true,
    systemTime: 1_893_456_000_500,
    runtime: 'runc 1.1.5',
  });
});
