/** A streamed body: its bytes, a client that stands still, and a reader that has enough. */

import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { isTar, STALLED, tarBody } from '../../../daemon/http/tar-body.js';

t.test('its bytes, in order', async (t) => {
  const body = new PassThrough();
  body.write('one ');
  body.end('two');
  let text = '';
  for await (const chunk of tarBody(body)) text += Buffer.from(chunk).toString();
  t.equal(text, 'one two');
  t.equal(body.listenerCount(STALLED), 0);
});

t.test('a client that stands still: an error that says so, and the rest is let go', async (t) => {
  const body = new PassThrough();
  body.write('one');
  const chunks = tarBody(body);
  t.equal((await chunks.next()).done, false);
  const next = chunks.next();
  t.ok(body.emit(STALLED), 'it is heard');
  await t.rejects(next, { code: 'BODY_STALLED', message: /did not come on/ });
  t.notOk(body.emit(STALLED), 'once');
  t.notOk(body.destroyed, 'an answer can still be sent');
  body.end('late');
  await once(body, 'end');
});

t.test('a reader that has enough leaves the connection', async (t) => {
  const body = new PassThrough();
  body.write('one');
  for await (const _ of tarBody(body)) break;
  t.notOk(body.destroyed);
  body.end();
  await once(body, 'end');
});

t.test('which bodies are streams', async (t) => {
  t.ok(isTar('application/x-tar'));
  t.ok(isTar('Application/X-Tar; a=b'));
  for (const other of [undefined, 'application/json', 'application/x-tarball']) t.notOk(isTar(other));
});
