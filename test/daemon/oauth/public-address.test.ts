import { isIP } from 'node:net';
import t from 'tap';
import { isLoopbackAddress, isPublicAddress } from '../../../daemon/oauth/public-address.js';
import { PRIVATE_ADDRESSES, PRIVATE_HOSTS, PUBLIC_ADDRESSES } from './addresses.js';

t.test('only what anybody may have is public', async (t) => {
  for (const address of PRIVATE_ADDRESSES) t.notOk(isPublicAddress(address), address);
  for (const host of PRIVATE_HOSTS) {
    const address = new URL(`https://${host}/`).hostname.replace(/^\[|\]$/g, '');
    t.not(isIP(address), 0, `${host} is an address`);
    t.notOk(isPublicAddress(address), host);
  }
  for (const address of PUBLIC_ADDRESSES) t.ok(isPublicAddress(address), address);
  for (const text of ['', 'localhost', '8.8.8', '8.8.8.8 ', '2606:4700::1111%eth0'])
    t.notOk(isPublicAddress(text), text);
});

t.test('loopback is this machine itself', async (t) => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1']) t.ok(isLoopbackAddress(address), address);
  for (const address of ['0.0.0.0', '10.0.0.1', '::', '8.8.8.8', '::1%lo', 'localhost'])
    t.notOk(isLoopbackAddress(address), address);
});
