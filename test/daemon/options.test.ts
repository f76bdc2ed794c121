import t from 'tap';
import { OPTIONS } from '../../daemon/options.js';

t.test('flag and variable are the same word', async (t) => {
  for (const { flag, variable } of OPTIONS) {
    const own = flag === 'docker-host' ? 'DOCKER_HOST' : `AMPOULE_${flag.replaceAll('-', '_').toUpperCase()}`;
    t.equal(variable, own);
    t.match(flag, /^[a-z]+(-[a-z]+)*$/);
  }
  t.equal(new Set(OPTIONS.map((option) => option.key)).size, OPTIONS.length, 'one row for each setting');
});

t.test('texts are read as what they are', async (t) => {
  const parse = (key: string, text: string) => OPTIONS.find((option) => option.key === key)?.parse(text, '/base');
  t.equal(parse('dataDir', 'a/../b'), '/base/b');
  t.equal(parse('keyFile', 'off'), null);
  t.same(parse('listen', '7000'), { host: '127.0.0.1', port: 7000 });
  t.same(parse('listen', 'localhost:1'), { host: 'localhost', port: 1 });
  t.same(parse('allowedHosts', ' a:1, b ,'), ['a:1', 'b']);
  t.same(parse('workspaceRoots', '/a/,/b'), ['/a', '/b']);
  t.equal(parse('rateLimit', '0'), 0);
  t.same(parse('checkBases', 'github=https://ghe.example.org/api/v3/, gitlab=http://127.0.0.1:8080'), {
    github: 'https://ghe.example.org/api/v3',
    gitlab: 'http://127.0.0.1:8080',
  });
  for (const wrong of ['github', 'github=http://example.org', 'github=https://user:x@example.org', 'g=https://a?b=c'])
    t.throws(() => parse('checkBases', wrong), /Give PROVIDER=https/, wrong);
  t.equal(parse('historyRetention', '400d'), 400 * 86_400_000);
  t.equal(parse('historyRetention', '36h'), 36 * 3_600_000);
  t.equal(parse('historyRetention', 'never'), null);
  for (const wrong of ['0d', '-1d', '30', '5m', '1e3d', 'forever'])
    t.throws(() => parse('historyRetention', wrong), /such as 400d, or never/, wrong);
  t.throws(() => parse('dataDir', 'a\0b'), /NUL/);
});
