import t from 'tap';
import { complete, directories, handedOver, hostAndPort } from '../../daemon/defaults.js';

t.test('data and state never share a directory', async (t) => {
  for (const root of [true, false]) {
    const places = directories({}, { root, home: '/home/ada', cwd: '/' });
    t.equal(new Set(Object.values(places)).size, 4);
    t.notOk(places.state.startsWith(`${places.data}/`));
  }
});

t.test('a relative XDG directory is ignored, as its specification says', async (t) => {
  const places = directories({ XDG_DATA_HOME: 'data' }, { root: false, home: '/home/ada', cwd: '/' });
  t.equal(places.data, '/home/ada/.local/share/ampoule');
});

t.test('a socket follows the run directory', async (t) => {
  const places = directories({}, { root: true, home: null, cwd: '/' });
  t.equal(complete({ runDir: '/r' }, places).socket, '/r/ampoule.sock');
});

t.test('nothing is handed over where there is nothing', async (t) => {
  t.same(
    handedOver({ CREDENTIALS_DIRECTORY: '/c' }, () => false),
    {},
  );
});

t.test('addresses as a Host header writes them', async (t) => {
  t.equal(hostAndPort({ host: '::1', port: 1 }), '[::1]:1');
  t.equal(hostAndPort({ host: 'a', port: 1 }), 'a:1');
});
