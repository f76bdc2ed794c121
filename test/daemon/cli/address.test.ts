import t from 'tap';
import { addressText, parseAddress } from '../../../daemon/cli/address.js';
import type { CliError } from '../../../daemon/cli/errors.js';

t.test('addresses that are taken, and as they are written again', async (t) => {
  t.same(parseAddress('unix:///run/ampoule/ampoule.sock'), { kind: 'unix', path: '/run/ampoule/ampoule.sock' });
  t.same(parseAddress('http://127.0.0.1:7433'), { kind: 'tcp', secure: false, host: '127.0.0.1', port: 7433 });
  t.same(parseAddress('http://[::1]:7433/'), { kind: 'tcp', secure: false, host: '::1', port: 7433 });
  t.same(parseAddress('http://box'), { kind: 'tcp', secure: false, host: 'box', port: 80 });
  t.same(parseAddress('https://box'), { kind: 'tcp', secure: true, host: 'box', port: 443 });
  for (const text of ['unix:///a b.sock', 'http://127.0.0.1:7433', 'http://[::1]:7433', 'https://box:443']) {
    t.equal(addressText(parseAddress(text)), text);
  }
});

t.test('addresses that are refused, with exit code 2 and what to give', async (t) => {
  const refused = [
    '',
    'box:7433',
    'unix://ampoule.sock',
    'unix:///a\0b',
    'ftp://box',
    'http://box/v1',
    'http://box?a=b',
  ];
  for (const text of refused) {
    t.throws(() => parseAddress(text), { name: 'CliError', exit: 2, message: /Give unix:.* or http:/ }, text);
  }
  const error = t.throws(() => parseAddress('http://user:hunter2@box')) as CliError;
  t.notMatch(error.message, /hunter2/, 'a password in an address is not repeated');
});
