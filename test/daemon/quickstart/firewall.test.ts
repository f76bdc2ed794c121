import t from 'tap';
import { freeNetwork, removals } from '../../../daemon/quickstart/firewall.js';

t.test('chooses a network that nobody has', async (t) => {
  t.equal(freeNetwork(''), '172.31.253');
  t.equal(freeNetwork('default via 192.0.2.1 dev eth0\n192.0.2.0/24 dev eth0 scope link src 192.0.2.2'), '172.31.253');
  t.equal(freeNetwork('172.31.253.0/24 dev docker0'), '10.213.77', 'the same network');
  t.equal(freeNetwork('172.31.0.0/16 dev docker0'), '10.213.77', 'a larger one');
  t.equal(freeNetwork('inet 172.31.253.129/25 scope global x'), '10.213.77', 'a smaller one');
  t.equal(freeNetwork('172.31.252.0/24 dev a\n172.31.254.0/24 dev b'), '172.31.253', 'neighbours');
  t.equal(freeNetwork('10.0.0.0/8 dev vpn\n172.16.0.0/12 dev x'), '192.168.213');
  t.equal(freeNetwork('0.0.0.0/0 via 192.0.2.1'), '172.31.253', 'a default route takes nothing');
  t.throws(() => freeNetwork('10.0.0.0/8 a\n172.16.0.0/12 b\n192.168.0.0/16 c'), /DOCKER_HOST/);
});

const NAT = `-P POSTROUTING ACCEPT
-N DOCKER
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.31.253.0/24 ! -o ampoule0 -j MASQUERADE
-A POSTROUTING -s 10.8.0.0/24 -o eth0 -j MASQUERADE
-A DOCKER -i ampoule0 -j RETURN
-A DOCKER -i docker0 -j RETURN`;

t.test('takes out our rules and Docker’s chains, and nothing else', async (t) => {
  t.same(
    removals(NAT, '172.31.253', false).map((call) => call.join(' ')),
    [
      '-D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
      '-D POSTROUTING -s 172.31.253.0/24 ! -o ampoule0 -j MASQUERADE',
      '-D DOCKER -i ampoule0 -j RETURN',
      '-D DOCKER -i docker0 -j RETURN',
      '-X DOCKER',
    ],
  );
});

t.test('leaves the chains where another engine uses them', async (t) => {
  t.same(
    removals(NAT, '172.31.253', true).map((call) => call.join(' ')),
    ['-D POSTROUTING -s 172.31.253.0/24 ! -o ampoule0 -j MASQUERADE', '-D DOCKER -i ampoule0 -j RETURN'],
  );
  t.same(removals('', null, false), []);
});
