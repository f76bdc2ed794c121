import t, { type Test } from 'tap';
import type { ExecRequest } from '../../../../sandbox/index.js';
import { until } from '../../../engine/wait.js';
import { type PlayedCommand, playCommand } from '../played-command.js';
import { type Wire, wire } from '../socket-fixture.js';

async function prepared(t: Test) {
  const { w, connect, port } = await wire(t);
  const made = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' }, delivery: 'memory' });
  const commands: PlayedCommand[] = [];
  w.exec = (request: ExecRequest) => {
    const command = playCommand(request);
    commands.push(command);
    return command.running;
  };
  const issue = async (more: object = {}, call = w.call) =>
    (await call('POST', '/v1/sandboxes/box/terminal', { columns: 80, rows: 24, ...more })).json;
  const open = async (more: object = {}, options: Parameters<Wire['connect']>[1] = {}) => {
    const { ticket, protocol, path } = await issue(more);
    const client = await connect(path, { token: null, protocols: [protocol, `ampoule.ticket.${ticket}`], ...options });
    const command = commands.at(-1);
    if (command === undefined) throw new Error('nothing was started');
    return { client, command };
  };
  return { w, id: made.json.id as string, port, connect, issue, open, commands };
}

t.test('bytes both ways, sizes in, the exit out', async (t) => {
  const { w, open } = await prepared(t);
  const { client, command } = await open({ command: ['vi'], user: 'me', workdir: '/w' });
  t.equal(client.socket.protocol, 'ampoule.terminal.v1', 'the ticket is not said again');
  t.match(w.execs[0]?.request, {
    ...{ command: ['vi'], user: 'me', workdir: '/w', tty: { columns: 80, rows: 24 }, interactive: true },
  });
  await command.write('$ SECRET-VALUE ');
  await until('the prompt', () => client.bytes === '$ *** ');
  client.socket.send(Buffer.from('ls\n'));
  client.socket.send(JSON.stringify({ resize: { columns: 120, rows: 50 } }));
  client.socket.send(Buffer.from('exit\n'));
  await until('the input', () => command.given === 'ls\nexit\n' && command.sizes.length === 1);
  t.same(command.sizes, [[120, 50]]);
  command.exit({ code: 3 });
  t.match(await client.closed, { code: 1000 });
  t.same(client.messages, [{ exit: { code: 3 } }]);
  t.match(w.vault.audit.list({ kind: 'daemon' }, { action: 'sandbox.exec' }).items[0]?.detail, {
    ...{ command: 'vi', user: 'me', terminal: true },
  });
});

t.test('without a command it is the best shell; an operator may have it as it is', async (t) => {
  const { w, open, issue } = await prepared(t);
  const { client, command } = await open({ masking: false });
  t.match(w.execs[0]?.request.command, /bash.*exec sh$/);
  await command.write('SECRET-VALUE');
  await until('the value', () => client.bytes === 'SECRET-VALUE');
  const agent = w.as(await w.mint('agent', { session: 'dev' }));
  t.match(await issue({ masking: false }, agent), { code: 'FORBIDDEN' });
  t.match(await issue({}, agent), { path: /^\/v1\/sandboxes\/sbx_.*\/terminal$/ });
});

t.test('a ticket is for one connection, to its sandbox, while its token holds', async (t) => {
  const { w, id, connect, issue, commands } = await prepared(t);
  const other = await w.call('POST', '/v1/sandboxes', { name: 'two', session: 'dev', delivery: 'memory' });
  const refused = { status: 401, code: 'TICKET_INVALID' };
  const take = (ticket: string, of = id) =>
    connect(`/v1/sandboxes/${of}/terminal`, { token: null, protocols: [`ampoule.ticket.${ticket}`] });
  const { ticket } = await issue();
  await take(ticket);
  await take((await issue()).ticket, 'box');
  await t.rejects(take(ticket), refused, 'replayed');
  await t.rejects(take((await issue()).ticket, other.json.id), refused, 'of another sandbox');
  await t.rejects(take('x'.repeat(43)), refused);
  await t.rejects(connect(`/v1/sandboxes/${id}/terminal`), refused, 'a token is no ticket');
  const { json } = await w.call('POST', '/v1/tokens', { kind: 'operator', name: 'short' });
  const short = await issue({}, w.as(json.token));
  await w.call('DELETE', `/v1/tokens/${json.id}`);
  await t.rejects(take(short.ticket), refused, 'its token was revoked meanwhile');
  t.equal(commands.length, 2, 'nothing but the first two was started');
});

t.test('other origins and hosts are refused upgrades as they are requests', async (t) => {
  const { id, connect, issue, commands } = await prepared(t);
  const path = `/v1/sandboxes/${id}/terminal`;
  const protocols = [`ampoule.ticket.${(await issue()).ticket}`];
  await t.rejects(connect(path, { token: null, protocols, headers: { origin: 'https://evil.example' } }), {
    ...{ status: 403, code: 'ORIGIN_REFUSED' },
  });
  await t.rejects(connect(path, { token: null, protocols, headers: { host: 'evil.example' } }), {
    ...{ status: 421, code: 'HOST_NOT_ALLOWED' },
  });
  t.equal(commands.length, 0);
  await connect(path, { token: null, protocols });
  t.equal(commands.length, 1, 'the ticket was not used up by them');
});

t.test('a client that goes, a token that is revoked and a daemon that stops end it', async (t) => {
  const { w, open } = await prepared(t);
  const gone = await open();
  gone.client.socket.terminate();
  await until('the end of the command', () => gone.command.ended.includes('CLIENT_GONE'));

  const { json } = await w.call('POST', '/v1/tokens', { kind: 'operator', name: 'short' });
  const call = w.call;
  w.call = w.as(json.token);
  const revoked = await open();
  w.call = call;
  await w.call('DELETE', `/v1/tokens/${json.id}`);
  t.match(await revoked.client.closed, { code: 1008, reason: 'TOKEN_REVOKED' });
  t.equal(revoked.command.ended[0], 'TOKEN_REVOKED');

  const stopped = await open();
  await w.app.close();
  t.match(await stopped.client.closed, { code: 1001, reason: 'DAEMON_STOPPING' });
  t.equal(stopped.command.ended[0], 'DAEMON_STOPPING');
});

t.test('what keeps it from starting is said before the upgrade', async (t) => {
  const { w, id, connect, issue } = await prepared(t);
  w.outcomes.set(id, { state: 'pending', code: 'ENGINE_UNREACHABLE', reason: 'Docker does not answer.' });
  const { ticket, path } = await issue();
  await t.rejects(connect(path, { token: null, protocols: [`ampoule.ticket.${ticket}`] }), {
    ...{ status: 503, code: 'ENGINE_UNREACHABLE' },
  });
  t.match(await w.call('GET', path), { status: 426, json: { code: 'UPGRADE_REQUIRED' } });
  await w.call('POST', '/v1/sandboxes', { name: 'plain', session: 'dev', delivery: 'env' });
  const plain = await w.call('POST', '/v1/sandboxes/plain/terminal', { columns: 80, rows: 24 });
  await t.rejects(connect(plain.json.path, { token: null, protocols: [`ampoule.ticket.${plain.json.ticket}`] }), {
    ...{ status: 409, code: 'DELIVERY_UNAVAILABLE' },
  });
  t.match(await w.call('POST', '/v1/sandboxes/box/terminal', { columns: 0, rows: 24 }), { status: 422 });
});
