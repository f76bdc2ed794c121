import t from 'tap';
import { world } from './fixture.js';

t.test('who ends a session learns where its workspace lies, unless it went', async (t) => {
  const w = await world(t);
  const noticesOf = async (path: string) => (await w.call('DELETE', path)).json.notices as string[];
  const session = async (name: string) => String((await w.call('POST', '/v1/sessions', { name })).json.id);
  const kept = (id: string) => [
    `The workspace, if one was made, is kept in the volume ampoule-ws-${id}. To delete it: \`docker volume rm ampoule-ws-${id}\`.`,
  ];

  await session('empty');
  t.same(await noticesOf('/v1/sessions/empty?workspace=delete'), [], 'it never had one');

  const dev = await session('dev');
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'dev' });
  t.same(await noticesOf('/v1/sessions/dev'), kept(dev));

  await session('gone');
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'gone' });
  t.same(await noticesOf('/v1/sessions/gone?workspace=delete'), []);

  const late = await session('late');
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'late' });
  t.same(await noticesOf('/v1/sandboxes/box'), [], 'the session may go on with it');
  t.same(await noticesOf('/v1/sessions/late?workspace=delete'), kept(late), 'nobody is left to remove it');

  await session('before');
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'before' });
  await w.call('DELETE', '/v1/sandboxes/box?workspace=delete');
  t.same(await noticesOf('/v1/sessions/before'), [], 'it went with its sandbox');

  const mixed = await session('mixed');
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'mixed' });
  await w.call('DELETE', '/v1/sandboxes/box');
  await w.call('POST', '/v1/sandboxes', { name: 'two', session: 'mixed', workspace: { volume: 'of-my-own' } });
  t.same(await noticesOf('/v1/sessions/mixed?workspace=delete'), kept(mixed), 'the one that ends now has another');

  await session('other');
  const settings = { name: 'box', session: 'other', workspace: { volume: 'of-my-own' } };
  t.equal((await w.call('POST', '/v1/sandboxes', settings)).status, 201);
  t.same(await noticesOf('/v1/sessions/other'), []);

  await w.call('POST', '/v1/sandboxes', { name: 'once', session: { name: 'once' } });
  const inline = String((await w.call('GET', '/v1/sessions/once')).json.id);
  t.same(await noticesOf('/v1/sandboxes/once'), kept(inline), 'its session ends with it');
});
