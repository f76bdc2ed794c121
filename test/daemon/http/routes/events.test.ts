import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import t from 'tap';
import { endServer, makeServer } from '../../../../daemon/http/servers.js';
import { world } from '../fixture.js';

async function serving(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  const server = makeServer(w.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => endServer(server));
  const { port } = server.address() as { port: number };
  const open = async (headers: Record<string, string> = {}, token = w.token) => {
    const sent = request({
      agent: false,
      port,
      path: '/v1/events',
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    sent.on('error', () => {});
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    const ended = new Promise<void>((resolve) => void response.once('close', resolve));
    response.on('error', () => {});
    response.on('data', (data) => {
      text += data;
    });
    const until = async (part: string) => {
      while (!text.includes(part)) await new Promise((resolve) => setTimeout(resolve, 5));
      return text;
    };
    return { response, until, ended, sent };
  };
  return { w, open };
}

t.test('what changed, with ids that it can be resumed from', async (t) => {
  const { w, open } = await serving(t);
  const first = await open();
  t.match(first.response.headers, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const { json } = await w.call('POST', '/v1/sessions', { name: 'dev' });
  const text = await first.until(json.id);
  t.match(text, `data: {"kind":"session","id":"${json.id}"}`);
  const id = /id: (\S+)/.exec(text)?.[1] ?? '';
  first.sent.destroy();
  const { json: secret } = await w.call('POST', '/v1/secrets', { name: 'A_KEY', value: 'CANARY' });
  const second = await open({ 'last-event-id': id });
  const missed = await second.until(secret.id);
  t.notMatch(missed, json.id);
  t.notMatch(missed, /CANARY|A_KEY/);
  second.sent.destroy();
  const third = await open({ 'last-event-id': 'never-1' });
  t.match(await third.until('reset'), `id: ${w.parts.events.last}\nevent: reset\ndata: {}\n\n`);
  third.sent.destroy();
});

t.test('ends with its token, and with the daemon', async (t) => {
  const { w, open } = await serving(t);
  const token = await w.mint('operator');
  const revoked = await open({}, token);
  await w.call('DELETE', `/v1/tokens/${w.vault.tokens.list({ kind: 'daemon' }).items[0]?.id}`);
  await revoked.ended;
  const brief = w.vault.tokens.create({ kind: 'daemon' }, { kind: 'operator', name: 'brief', ttl: 300 });
  await (await open({}, brief.secret)).ended;
  const stopped = await open();
  await w.app.close();
  await stopped.ended;
  t.pass('all three ended');
});
