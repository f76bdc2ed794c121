/** Calls about images, volumes and files against a played engine. */

import t from 'tap';
import { connectEngine } from '../../../sandbox/engine/docker.js';
import { json, playEngine } from '../played-engine.js';

t.test('pulls one tag, hears progress, and takes an error out of the stream', async (t) => {
  const played = await playEngine((call, response) => {
    const broken = call.query.get('fromImage') === 'broken';
    response.write('{"status":"Pulling fs layer"}\n{"status":"Down');
    setImmediate(() => response.end(`loading"}\n${broken ? '{"error":"manifest unknown"}\n' : ''}`));
  });
  t.teardown(() => played.stop());
  const engine = connectEngine({ host: played.host });
  const heard: string[] = [];
  await engine.pull('localhost:5000/a/b', { progress: (line) => heard.push(line) });
  t.same(heard, ['Pulling fs layer', 'Downloading']);
  await engine.pull('a:1');
  await engine.pull('a@sha256:0');
  t.same(
    played.calls.map((call) => [call.query.get('fromImage'), call.query.get('tag')]),
    [
      ['localhost:5000/a/b', 'latest'],
      ['a', '1'],
      ['a', 'sha256:0'],
    ],
    'without a tag Docker would pull every one',
  );
  await t.rejects(engine.pull('broken'), { code: 'IMAGE_NOT_FOUND' });
  await t.rejects(engine.pull('a', { signal: AbortSignal.abort() }), { code: 'ENGINE_UNREACHABLE', retry: true });
});

t.test('a pull is given up in the middle', async (t) => {
  const played = await playEngine((_call, response) => void response.write('{"status":"x"}\n'));
  t.teardown(() => played.stop());
  const control = new AbortController();
  const pull = connectEngine({ host: played.host }).pull('a', {
    signal: control.signal,
    progress: () => control.abort(),
  });
  await t.rejects(pull, { code: 'ENGINE_UNREACHABLE', retry: true });
});

t.test('volumes, networks, images', async (t) => {
  const played = await playEngine((call, response) => {
    if (call.method === 'DELETE')
      json(response, call.path.endsWith('used') ? 409 : 404, { message: 'volume is in use' });
    else if (call.path === '/volumes') json(response, 200, { Volumes: null });
    else if (call.path === '/volumes/v') json(response, 200, { Name: 'v', Labels: null });
    else json(response, call.path === '/images/bad name/json' ? 400 : 404, { message: 'nothing' });
  });
  t.teardown(() => played.stop());
  const engine = connectEngine({ host: played.host });
  await engine.removeVolume('gone');
  await t.rejects(engine.removeVolume('used'), { code: 'VOLUME_IN_USE', retry: true });
  t.same(await engine.listVolumes(['a=b']), []);
  t.same(await engine.inspectVolume('v'), { name: 'v', labels: {} });
  t.equal(await engine.inspectVolume('other'), null);
  t.equal(await engine.inspectNetwork('other'), null);
  t.equal(await engine.inspectImage('registry/other:1'), null);
  t.equal(played.calls.at(-1)?.path, '/images/registry/other%3A1/json');
});

t.test('a directory is given away by an entry in its parent', async (t) => {
  const played = await playEngine((_call, response) => json(response, 200, {}));
  t.teardown(() => played.stop());
  const engine = connectEngine({ host: played.host });
  await engine.putDirectory('id', '/home/dev/code/', { uid: 1000, gid: 1000, mode: 0o755 });
  await engine.putDirectory('id', '/workspace', { uid: 1000, gid: 1000, mode: 0o755 });
  t.same(
    played.calls.map((call) => [call.method, call.query.get('path'), call.body.slice(0, 11).replace(/\0/g, '')]),
    [
      ['PUT', '/home/dev', 'code/'],
      ['PUT', '/', 'workspace/'],
    ],
  );
});

t.test('an image is made of one archive', async (t) => {
  const played = await playEngine((_call, response) => json(response, 200, { status: 'sha256:1' }));
  t.teardown(() => played.stop());
  await connectEngine({ host: played.host }).importImage('ampoule/one:2', Buffer.from('archive'));
  const [call] = played.calls;
  t.match(call, { method: 'POST', path: '/images/create', body: 'archive' });
  t.same(
    ['fromSrc', 'repo', 'tag'].map((name) => call?.query.get(name)),
    ['-', 'ampoule/one', '2'],
  );
});
