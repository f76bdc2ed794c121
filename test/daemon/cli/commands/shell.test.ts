import { PassThrough } from 'node:stream';
import t from 'tap';
import type { Input, Output } from '../../../../daemon/cli/surroundings.js';
import { until } from '../../../engine/wait.js';
import { cli, playApi } from '../played-api.js';
import { list, SANDBOX, SESSION } from '../samples.js';

const TICKET = { ticket: 'abc', protocol: 'ampoule.terminal.v1', path: '/v1/sandboxes/sbx_1/terminal', expiresAt: '' };

function keyboard(): { stdin: PassThrough & Input; raw: boolean[] } {
  const stdin: PassThrough & Input = new PassThrough();
  const raw: boolean[] = [];
  stdin.setRawMode = (on) => raw.push(on);
  return { stdin, raw };
}

t.test('a terminal: raw keys there, its bytes here, sizes as they change', async (t) => {
  const { stdin, raw } = keyboard();
  let given = '';
  let headers: unknown;
  let screen: Output | null = null;
  const api = await playApi(
    t,
    { 'POST /v1/sandboxes/box/terminal': { status: 201, json: TICKET } },
    {
      [TICKET.path]: (socket, sent) => {
        headers = sent;
        socket.send(Buffer.from('$ '));
        socket.on('message', (data) => {
          given += String(data);
          if (given.endsWith('\u0003')) {
            if (screen !== null) Object.assign(screen, { columns: 132, rows: 43 }).emit('resize');
          } else if (given.includes('resize')) {
            socket.send('{"exit":{"code":5}}');
            socket.close(1000);
          }
        });
      },
    },
  );
  const ran = cli(api, ['shell', '-b', 'box', '-u', 'me', '--', 'vim', 'x'], {
    stdin,
    terminal: { stdin: true, stdout: true },
    screen: (stdout) => {
      screen = Object.assign(stdout, { columns: 100, rows: 30 });
    },
  });
  await until('raw keys', () => raw.length === 1);
  stdin.write('\u0003');
  t.match(await ran, { code: 5, out: '$ ' });
  t.same(raw, [true, false], 'the terminal is as it was');
  t.equal(given, '\u0003{"resize":{"columns":132,"rows":43}}');
  t.same(api.asked[0]?.json, { command: ['vim', 'x'], user: 'me', columns: 100, rows: 30 });
  t.match(headers, { 'sec-websocket-protocol': 'ampoule.terminal.v1,ampoule.ticket.abc' });
});

t.test('a terminal that reports no size is taken for 80x24', async (t) => {
  const { stdin } = keyboard();
  const api = await playApi(
    t,
    { 'POST /v1/sandboxes/box/terminal': { status: 201, json: TICKET } },
    { [TICKET.path]: (socket) => socket.send('{"exit":{"code":0}}', () => socket.close(1000)) },
  );
  const screen = (stdout: Output) => Object.assign(stdout, { columns: 0, rows: 0 });
  const terminal = { stdin: true, stdout: true };
  t.match(await cli(api, ['shell', '-b', 'box'], { stdin, terminal, screen }), { code: 0 });
  t.match(api.asked[0]?.json, { columns: 80, rows: 24 });
});

t.test('a sandbox where a command begins', async (t) => {
  const { stdin } = keyboard();
  const api = await playApi(
    t,
    {
      'GET /v1/sessions/dev': { json: SESSION },
      'GET /v1/sandboxes': { json: list(SANDBOX) },
      [`POST /v1/sandboxes/${SANDBOX.id}/terminal`]: { status: 201, json: TICKET },
      'GET /v1/sandboxes/box': { json: SANDBOX },
    },
    { [TICKET.path]: (socket) => socket.send('{"exit":{"code":127}}', () => socket.close(1000)) },
  );
  const ran = await cli(api, ['shell', '--session', 'dev', 'box'], { stdin, terminal: { stdin: true, stdout: true } });
  t.match(ran, { code: 127, err: 'ampoule: box is a sandbox. Run `ampoule shell -b box`.\n' });
});

t.test('a connection that breaks leaves the terminal as it was', async (t) => {
  const { stdin, raw } = keyboard();
  const api = await playApi(
    t,
    { 'POST /v1/sandboxes/box/terminal': { status: 201, json: TICKET } },
    { [TICKET.path]: (socket) => socket.close(1001, 'DAEMON_STOPPING') },
  );
  const options = { stdin, terminal: { stdin: true, stdout: true } };
  t.match(await cli(api, ['shell', '-b', 'box', '--unmasked'], options), { code: 125, err: /DAEMON_STOPPING/ });
  t.same(raw, [true, false]);
  t.match(api.asked[0]?.json, { masking: false });
});

t.test('it wants a terminal, and a ticket that is good', async (t) => {
  const { stdin, raw } = keyboard();
  const api = await playApi(t, { 'POST /v1/sandboxes/box/terminal': { status: 201, json: TICKET } });
  t.match(await cli(api, ['shell', '-b', 'box']), { code: 2, err: /wants a terminal.*ampoule exec/ });
  const options = { stdin, terminal: { stdin: true, stdout: true } };
  t.match(await cli(api, ['shell', '-b', 'box'], options), { code: 125, err: /\[TICKET_INVALID\]/ });
  t.same(raw, []);
});
