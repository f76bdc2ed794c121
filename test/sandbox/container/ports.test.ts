/** Host ports for those that were not given. */

import t from 'tap';
import { choosePorts } from '../../../sandbox/container/ports.js';

const port = (container: number, host: number | null) => ({
  container,
  protocol: 'tcp' as const,
  host,
  ip: '127.0.0.1',
});

t.test('given ones stay, and no two are the same', async (t) => {
  const hosts = (chosen: ReturnType<typeof choosePorts>) => chosen.map((one) => one.host);
  t.same(hosts(choosePorts([port(1, 20_000), port(2, null), port(3, null)], () => 20_000)), [20_000, 20_001, 20_002]);
  t.same(hosts(choosePorts([port(1, null), port(2, null)], () => 32_767)), [32_767, 20_000]);
});

t.test('below those of outgoing connections', async (t) => {
  for (let round = 0; round < 200; round += 1) {
    const host = choosePorts([port(1, null)])[0]?.host ?? 0;
    if (host < 20_000 || host > 32_767) t.fail(`${host}`);
  }
  t.same(choosePorts([]), []);
});
