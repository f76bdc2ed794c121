import t, { type Test } from 'tap';
import type { KnownExec } from '../../../../sandbox/index.js';
import { until } from '../../../engine/wait.js';
import { type PlayedCommand, playCommand } from '../played-command.js';
import { wire } from '../socket-fixture.js';

const known: KnownExec = { execId: 'exe_1', pid: 7, detached: true, tty: false, startedAt: 1_000 };

async function prepared(t: Test) {
  const { w, connect } = await wire(t);
  const { json } = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, delivery: 'memory' });
  const attached: { command: PlayedCommand; signal: AbortSignal }[] = [];
  w.known = [known, { ...known, execId: 'exe_2', detached: false }];
  w.attach = async (_sandbox, execId, signal) => {
    const command = playCommand({ execId });
    attached.push({ command, signal });
    signal.addEventListener('abort', () => command.exit());
    return command.running;
  };
  const path = '/v1/sandboxes/box/execs';
  return { w, id: json.id as string, connect, path, attached };
}

t.test('what runs, also from before this process', async (t) => {
  const { w, id, path, attached } = await prepared(t);
  const one = { execId: 'exe_1', sandbox: id, state: 'running', startedAt: '1970-01-01T00:00:01.000Z', detached: true };
  t.match((await w.call('GET', path)).json.items, [one, { execId: 'exe_2', detached: false }]);
  t.match(await w.call('GET', `${path}/exe_1`), { status: 200, json: one });
  t.match(await w.call('GET', `${path}/exe_9`), { status: 404, json: { code: 'EXEC_NOT_FOUND' } });
  t.match(await w.call('DELETE', `${path}/exe_1`), { status: 200, json: { ...one, state: 'ended' } });
  t.same(attached[0]?.command.ended, ['ENDED']);
  t.match(w.vault.audit.list({ kind: 'daemon' }, { action: 'exec.end' }).items[0]?.detail, { execId: 'exe_1' });
  t.match(await w.call('DELETE', `${path}/exe_9`), { status: 404 });
});

t.test('detached ones that ended are known for a while', async (t) => {
  const { w, path, connect } = await prepared(t);
  const exit = { code: null, signal: 'SIGKILL', reason: 'REVOKED' };
  w.ended = [{ ...{ execId: 'exe_0', detached: true, tty: false, startedAt: 1_000, endedAt: 3_000 }, exit }];
  const one = {
    ...{ execId: 'exe_0', state: 'ended', endedAt: '1970-01-01T00:00:03.000Z' },
    ...{ exitCode: null, signal: 'SIGKILL', reason: 'REVOKED' },
  };
  const ids = async (query: string): Promise<string[]> =>
    (await w.call('GET', path + query)).json.items.map(({ execId }: { execId: string }) => execId);
  t.same(await ids(''), ['exe_1', 'exe_2']);
  t.same(await ids('?state=running'), ['exe_1', 'exe_2']);
  t.same(await ids('?state=ended'), ['exe_0']);
  t.same(await ids('?state=all'), ['exe_0', 'exe_1', 'exe_2']);
  t.match(await w.call('GET', `${path}?state=gone`), { status: 422, json: { code: 'INVALID_INPUT' } });
  t.match(await w.call('GET', `${path}/exe_0`), { status: 200, json: one });
  t.match(await w.call('DELETE', `${path}/exe_0`), { status: 200, json: one });
  const client = await connect(`${path}/exe_0/attach`);
  t.ok(client, 'it can be listened to');
});

t.test('listening to a detached one: both streams, input, the exit; leaving is no end', async (t) => {
  const { w, path, connect, attached } = await prepared(t);
  const client = await connect(`${path}/exe_1/attach`);
  const { command, signal } = attached[0] ?? {};
  await command?.write('out SECRET-VALUE ');
  await command?.write('err', 'stderr');
  await until('both', () => client.bytes === 'out *** err');
  t.same(client.messages, [{ stream: 'stderr' }]);
  client.socket.send(Buffer.from('hi'));
  client.socket.send('{"eof":true}');
  await until('the input', () => command?.given === 'hi<EOF>');
  t.match(w.vault.audit.list({ kind: 'daemon' }, { action: 'exec.attach' }).items[0]?.detail, { execId: 'exe_1' });
  client.socket.terminate();
  await until('that nobody listens on', () => signal?.aborted === true);
  t.same(command?.ended, []);

  const again = await connect(`${path}/exe_1/attach`);
  attached[1]?.command.exit({ code: 4 });
  t.match(await again.closed, { code: 1000 });
  t.same(again.messages, [{ exit: { code: 4 } }]);
});

t.test('who may not listen, and to what', async (t) => {
  const { w, path, connect, attached } = await prepared(t);
  await t.rejects(connect(`${path}/exe_1/attach`, { token: null }), { status: 401, code: 'TOKEN_MISSING' });
  await t.rejects(connect(`${path}/exe_2/attach`), { status: 404, code: 'EXEC_NOT_FOUND' }, 'not detached');
  await t.rejects(connect(`${path}/exe_9/attach`), { status: 404, code: 'EXEC_NOT_FOUND' });
  const other = await w.mint('launcher');
  await t.rejects(connect(`${path}/exe_1/attach`, { token: other }), { status: 404, code: 'SANDBOX_NOT_FOUND' });
  t.match(await w.call('GET', `${path}/exe_1/attach`), { status: 426 });
  t.equal(attached.length, 0);
  const { json } = await w.call('POST', '/v1/tokens', { kind: 'operator', name: 'short' });
  const client = await connect(`${path}/exe_1/attach`, { token: json.token });
  await w.call('DELETE', `/v1/tokens/${json.id}`);
  t.match(await client.closed, { code: 1008, reason: 'TOKEN_REVOKED' });
  t.equal(attached[0]?.signal.aborted, true);
});
