/** One trusted connection: what is asked, what is answered, and what an end of it means. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { FieldReader } from '../../../sandbox/link/fields.js';
import { TYPE } from '../../../sandbox/link/frames.js';
import { InitLink, InitRefused } from '../../../sandbox/link/link.js';
import { until } from '../../engine/wait.js';
import { PlayedInit } from '../played-init.js';

async function linked(t: { teardown(run: () => unknown): void }) {
  const directory = mkdtempSync(join(tmpdir(), 'ap-'));
  const events: unknown[][] = [];
  const hear =
    (name: string) =>
    (...args: unknown[]) =>
      void events.push([name, ...args]);
  const server = createServer({ pauseOnConnect: true });
  await new Promise<void>((resolve) => server.listen(join(directory, 's'), resolve));
  const connected = new Promise<InitLink>((resolve) =>
    server.once('connection', (socket) => {
      socket.on('error', () => {});
      resolve(
        new InitLink(socket, {
          ...{
            state: hear('state'),
            started: hear('started'),
            ended: hear('ended'),
            gone: hear('gone'),
            last: hear('last'),
          },
          ...{ malformed: hear('malformed'), goodbye: hear('goodbye'), closed: hear('closed') },
        }),
      );
    }),
  );
  const init = new PlayedInit(join(directory, 's'));
  const link = await connected;
  t.teardown(() => {
    link.close();
    init.socket.destroy();
    server.close();
    rmSync(directory, { recursive: true });
  });
  return { link, init, events };
}

const at = (generation: number) => ({ epoch: 1, generation });
const entry = (version: number, text: string | null) => ({
  ...{ env: 'KEY', secret: 'sec_1', version, floor: 1, file: false, path: '' },
  value: text === null ? null : Buffer.from(text),
});

t.test('a SET: in force, then done; a later DONE includes the earlier', async (t) => {
  const { link, init } = await linked(t);
  const value = entry(1, 'value');
  const first = link.set(at(1), 500, [value]);
  const heard = await init.set();
  t.match(heard, { epoch: 1, generation: 1, grace: 500, entries: [{ env: 'KEY', value: Buffer.from('value') }] });
  t.equal(String(value.value), 'value', 'whoever opened it wipes it');
  t.same(link.known, []);
  init.received(heard.seq);
  await first.received;
  t.same(link.known, [{ env: 'KEY', secret: 'sec_1', version: 1 }]);
  t.same(link.at, at(1));
  const second = link.set(at(2), 0, []);
  const next = await init.set();
  t.ok(next.seq > heard.seq);
  init.done(next.seq, 2);
  t.same(await first.done, { ended: 0, left: 2 });
  t.same(await second.done, { ended: 0, left: 2 });
});

t.test('refusals reach whoever asked', async (t) => {
  const { link, init } = await linked(t);
  const call = link.set(at(1), 0, [entry(1, null)]);
  const { seq } = await init.set();
  const heard: unknown[] = [];
  const hush = link.refusal('exe_1', (why) => heard.push(why));
  init.refuse(seq, '', 3);
  init.refuse(0, 'exe_1', 5);
  init.refuse(0, 'exe_2', 5);
  const error = await call.received.catch((thrown: unknown) => thrown);
  t.match(error, { name: 'InitRefused', code: 3 });
  await t.rejects(call.done, InitRefused);
  await until('the other', () => heard.length > 0);
  t.match(heard, [{ code: 5 }]);
  hush();
  link.close();
  await until('its end', () => link.closed);
  t.equal(heard.length, 1);
});

t.test('events, and what it says of itself', async (t) => {
  const { link, init, events } = await linked(t);
  const held = [{ env: 'KEY', secret: 'sec_1', version: 1 }];
  link.whole = at(1);
  init.state({ epoch: 1, generation: 1, flags: 1, entries: held, commands: ['exe_1'] });
  init.started('exe_1', 1, held);
  init.ended('exe_1', 0, 0, '');
  init.gone('exe_1');
  await until('all', () => events.length === 4);
  t.same(
    events.map(([name]) => name),
    ['state', 'started', 'ended', 'gone'],
  );
  t.same([link.known, link.whole], [held, at(1)]);
  init.state({ epoch: 1, generation: 1, flags: 2, entries: [] });
  await until('its lapse', () => events.length === 5);
  t.same([link.known, link.whole], [[], null], 'it wants everything again');
  link.ping();
  link.end('exe_1', 9, 'TIMEOUT');
  t.equal((await init.next())?.type, TYPE.PING);
  const end = new FieldReader((await init.next())?.payload ?? Buffer.alloc(0));
  t.same([end.text(9), end.u32(), end.text(9)], ['exe_1', 9, 'TIMEOUT']);
});

t.test('an end loses every answer; what speaks wrongly is ended', async (t) => {
  const { link, init, events } = await linked(t);
  const call = link.set(at(1), 0, []);
  const heard: unknown[] = [];
  link.refusal('exe_1', (why) => heard.push(why));
  init.send(TYPE.SET);
  await t.rejects(call.received, { code: 'INIT_UNREACHABLE', retry: true });
  await t.rejects(call.done, { code: 'INIT_UNREACHABLE', retry: true });
  t.match(heard, [{ code: 'INIT_UNREACHABLE' }]);
  t.same(
    events.map(([name]) => name),
    ['malformed', 'closed'],
  );
  await t.rejects(link.set(at(2), 0, []).received, { code: 'INIT_UNREACHABLE', retry: true });
  let late = 0;
  link.refusal('exe_2', () => {
    late += 1;
  });
  t.equal(late, 1, 'at once');
  const bytes = Buffer.from('secret');
  link.send(bytes);
  t.same(bytes, Buffer.alloc(6), 'wiped all the same');
});

t.test('what was sent is wiped', async (t) => {
  const { link, init } = await linked(t);
  const bytes = Buffer.from([2, 0, 0, 0, TYPE.PING, 7]);
  link.send(bytes);
  t.same((await init.next())?.payload, Buffer.of(7));
  await until('the wiping', () => bytes.every((byte) => byte === 0));
});

t.test('a goodbye is told', async (t) => {
  const { init, events } = await linked(t);
  init.send(TYPE.GOODBYE, (w) => w.u16(1).text('this init knows versions 2 to 3'));
  await until('its end', () => events.length === 2);
  t.same(events, [['goodbye', 1, 'this init knows versions 2 to 3'], ['closed']]);
});
