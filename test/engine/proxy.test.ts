import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type RuleInForce, startProxy } from './proxy.js';
import { pause, until } from './wait.js';

/** An upstream that counts what it was asked, echoes bodies, and upgrades. */
async function start(t: Test) {
  // A test directory's path is longer than a socket's may be.
  const dir = mkdtempSync(join(tmpdir(), 'ap-'));
  const seen: string[] = [];
  const server = createServer((incoming, answer) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    incoming.pipe(answer);
  });
  server.on('upgrade', (incoming, client, head) => {
    seen.push(`UPGRADE ${incoming.url}`);
    client.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhello ');
    client.write(head);
    client.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(join(dir, 'up'), resolve));
  const proxy = await startProxy(join(dir, 'up'), join(dir, 'px'));
  t.teardown(async () => {
    await proxy.stop();
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true });
  });
  return { proxy, seen };
}

function ask(socketPath: string, method: string, path: string, body = ''): Promise<string> {
  return new Promise((resolve) => {
    const call = request({ socketPath, method, path, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.once('end', () => resolve(`${answer.statusCode} ${text}`));
      answer.once('error', () => resolve('broken'));
    });
    call.once('error', () => resolve('broken'));
    call.end(body);
  });
}

t.test('passes calls on when no rule applies', async (t) => {
  const { proxy, seen } = await start(t);
  t.equal(await ask(proxy.socket, 'POST', '/v1.41/containers/create?name=x', 'the body'), '200 the body');
  t.same(seen, ['POST /v1.41/containers/create?name=x']);
  t.same(proxy.calls, [{ method: 'POST', path: '/containers/create?name=x', act: null }]);
});

t.test('misbehaves in each way, as often as told, for the calls it was told', async (t) => {
  const { proxy, seen } = await start(t);
  const post = () => ask(proxy.socket, 'POST', '/v1.41/containers/create', 'b');
  /** What had come of a call a while after the rule took it. */
  const postUnder = async (rule: RuleInForce) => {
    const answer = post();
    await until('the rule taking it', () => rule.hits === 1);
    return Promise.race([answer, pause(300).then(() => 'nothing')]);
  };
  const path = /^\/containers\/create/;

  const before = proxy.rule({ method: 'POST', path, act: { kind: 'reset-before' }, times: 1 });
  t.equal(await ask(proxy.socket, 'GET', '/v1.41/containers/create'), '200 ', 'another method');
  seen.length = 0;
  t.equal(await post(), 'broken');
  t.same(seen, [], 'reset before: never heard of');
  t.equal(await post(), '200 b', 'once');
  t.equal(before.hits, 1);

  seen.length = 0;
  proxy.rule({ path, act: { kind: 'reset-after' }, times: 1, after: 1 });
  t.equal(await post(), '200 b', 'the first passes');
  t.equal(await post(), 'broken');
  t.equal(seen.length, 2, 'reset after: done, and its answer lost');

  seen.length = 0;
  proxy.rule({ path, act: { kind: 'status' }, times: 1 });
  t.match(await post(), /^500 .*message/);
  t.same(seen, []);

  t.equal(await postUnder(proxy.rule({ path, act: { kind: 'hang' }, times: 1 })), 'nothing');
  t.same(seen, [], 'hang: never heard of');

  t.equal(await postUnder(proxy.rule({ path, act: { kind: 'hang-after' }, times: 1 })), 'nothing');
  await until('hang after: done', () => seen.length === 1);

  const hangs = proxy.rule({ path, act: { kind: 'hang' } });
  const hung = post();
  await until('the call hanging', () => hangs.hits === 1);
  proxy.release();
  t.equal(await hung, 'broken', 'released');
  t.equal(await post(), '200 b', 'and without rules');
  const delayed = proxy.rule({ path, act: { kind: 'delay', ms: 10 } });
  t.equal(await post(), '200 b');
  delayed.remove();
  t.equal(await post(), '200 b');
  t.equal(delayed.hits, 1);
});

t.test('passes streams on in both directions, and breaks them when told', async (t) => {
  const { proxy, seen } = await start(t);
  const exec = (): Promise<string> =>
    new Promise((resolve) => {
      const client = connect(proxy.socket);
      let text = '';
      client.on('data', (chunk) => {
        text += chunk;
        if (text.endsWith('ping')) client.destroy();
      });
      client.on('error', () => {});
      client.once('close', () => resolve(text));
      client.write('POST /v1.41/exec/x/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nping');
    });
  t.match(await exec(), /101 UPGRADED[\s\S]*hello ping$/);
  proxy.rule({ path: /^\/exec/, act: { kind: 'reset-before' }, times: 1 });
  t.equal(await exec(), '');
  t.equal(seen.length, 1);
  proxy.rule({ path: /^\/exec/, act: { kind: 'reset-after' }, times: 1 });
  t.equal(await exec(), '');
  t.equal(seen.length, 2);
  proxy.rule({ path: /^\/exec/, act: { kind: 'status', status: 503 }, times: 1 });
  t.match(await exec(), /^HTTP\/1.1 503/);
  t.match(await exec(), /ping$/);
});

t.test('loses nothing of a stream that ends at once', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ap-'));
  const server = createServer();
  const much = 'x'.repeat(500_000);
  server.on('upgrade', (_, client) => client.end(`HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n${much}`));
  await new Promise<void>((resolve) => server.listen(join(dir, 'up'), resolve));
  const proxy = await startProxy(join(dir, 'up'), join(dir, 'px'));
  t.teardown(async () => {
    await proxy.stop();
    server.close();
    rmSync(dir, { recursive: true });
  });
  for (let round = 0; round < 5; round++) {
    const client = connect({ path: proxy.socket, allowHalfOpen: true });
    client.write('POST /exec/x/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    let text = '';
    client.on('data', (chunk) => {
      text += chunk;
    });
    await new Promise((resolve) => client.once('end', resolve));
    t.ok(text.endsWith(much), `round ${round}: all of it came`);
    client.destroy();
  }
});
