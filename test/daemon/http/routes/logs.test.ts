import t from 'tap';
import { SandboxError } from '../../../../sandbox/index.js';
import { world } from '../fixture.js';

const PATH = '/v1/sandboxes/box/logs';

t.test('what main wrote, redacted, as text or as records', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  t.match(await w.call('GET', PATH), { status: 200, text: '' });
  w.logs = [
    { stream: 'stdout', data: Buffer.from('SECRET-VALUE\n') },
    { stream: 'stderr', data: Buffer.from([0xff]) },
  ];
  const text = await w.call('GET', PATH);
  t.match(text.headers['content-type'], /^text\/plain/);
  t.match(text.text, /^\*\*\*\n/);
  const records = await w.call('GET', `${PATH}?follow=true&tail=5`, undefined, {
    headers: { accept: 'application/x-ndjson' },
  });
  t.equal(records.text, '{"stream":"stdout","data":"***\\n"}\n{"stream":"stderr","base64":"/w=="}\n');
});

t.test('what may have a destroyed value is not shown', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  w.logs = [{ stream: 'stdout', data: Buffer.from('from now on\n') }];
  const asked: unknown[] = [];
  const delivery = w.parts.delivery('sbx_1');
  w.parts.delivery = () => ({
    ...delivery,
    logs(id, options, signal) {
      asked.push(options);
      return delivery.logs(id, options, signal);
    },
  });
  w.vault.sandboxes.lost = () => ['KEY'];
  t.match((await w.call('GET', `${PATH}?tail=9`)).text, /^Output until now is withheld.*KEY.*\nfrom now on\n$/);
  t.same(asked, [{ follow: false, tail: 0 }]);
});

t.test('of an init the last lines are taken once values are replaced', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  w.logs = [
    { stream: 'stdout', data: Buffer.from('one\nSECRET-') },
    { stream: 'stdout', data: Buffer.from('SECRET-VALUE\n') },
    { stream: 'stderr', data: Buffer.from('three\n') },
  ];
  const asked: unknown[] = [];
  const delivery = w.parts.delivery('sbx_1');
  w.parts.delivery = () => ({
    ...delivery,
    kind: 'memory',
    logs(id, options, signal) {
      asked.push(options);
      return delivery.logs(id, options, signal);
    },
  });
  t.equal((await w.call('GET', `${PATH}?tail=2`)).text, 'SECRET-***\nthree\n');
  t.equal((await w.call('GET', `${PATH}?tail=0`)).text, '');
  t.match((await w.call('GET', PATH)).text, /^one\n/);
  await w.call('GET', `${PATH}?tail=2&follow=true`);
  t.same(asked, [{ follow: false }, { follow: false }, { follow: false }, { follow: true, tail: 2 }]);
});

t.test('what cannot be read is a problem, not an empty answer', async (t) => {
  const w = await world(t);
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  const delivery = w.parts.delivery('sbx_1');
  w.parts.delivery = () => ({
    ...delivery,
    // biome-ignore lint/correctness/useYield: it fails before anything comes
    async *logs() {
      throw new SandboxError('ENGINE_UNREACHABLE', 'Docker does not answer. Start it.');
    },
  });
  t.match(await w.call('GET', PATH), { status: 503, json: { code: 'ENGINE_UNREACHABLE' } });
  t.match(await w.call('GET', '/v1/sandboxes/none/logs'), { status: 404, json: { code: 'SANDBOX_NOT_FOUND' } });
  t.match(await w.call('GET', `${PATH}?tail=-1`), { status: 422, json: { errors: [{ pointer: 'tail' }] } });
});
