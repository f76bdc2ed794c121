import t from 'tap';
import { type Environment, type FileReader, readConfig } from '../../daemon/config.js';
import type { Host } from '../../daemon/defaults.js';

const root: Host = { root: true, home: '/root', cwd: '/there' };
const person: Host = { root: false, home: '/home/ada', cwd: '/home/ada' };

function files(contents: Record<string, string> = {}): FileReader {
  return { read: (path) => contents[path] ?? null, exists: (path) => path in contents };
}
const read = (flags: Record<string, string>, env: Environment, contents = {}, host = root) =>
  readConfig(flags, env, files(contents), host);

t.test('root has the system directories, with key and audit head apart from the data', async (t) => {
  const config = read({}, {});
  t.equal(config.dataDir, '/var/lib/ampoule');
  t.equal(config.keyFile, '/etc/ampoule/vault.key');
  t.equal(config.auditHeadFile, '/var/lib/ampoule-state/audit-head');
  t.equal(config.socket, '/run/ampoule/ampoule.sock');
  t.same(config.listen, { host: '127.0.0.1', port: 7433 });
  t.equal(config.dockerHost, 'unix:///var/run/docker.sock');
});

t.test('others have the XDG directories', async (t) => {
  const config = read({}, { XDG_RUNTIME_DIR: '/run/user/7', XDG_STATE_HOME: '/state' }, {}, person);
  t.equal(config.dataDir, '/home/ada/.local/share/ampoule');
  t.equal(config.keyFile, '/home/ada/.config/ampoule/vault.key');
  t.equal(config.auditHeadFile, '/state/ampoule/audit-head');
  t.equal(config.runDir, '/run/user/7/ampoule');
  t.equal(read({}, {}, {}, person).runDir, '/home/ada/.local/state/ampoule/run');
  t.throws(() => read({}, {}, {}, { ...person, home: null }), { name: 'ConfigError', message: /HOME is not set/ });
});

t.test('a flag goes before the variable, the variable before the file', async (t) => {
  const contents = { '/etc/ampoule/ampouled.json': '{"logLevel":"warn","dataDir":"vault","rateLimit":9}' };
  t.equal(read({}, {}, contents).logLevel, 'warn');
  t.equal(read({}, {}, contents).rateLimit, 9);
  t.equal(read({}, {}, contents).dataDir, '/etc/ampoule/vault', 'relative to the file');
  t.equal(read({}, { AMPOULE_LOG_LEVEL: 'debug' }, contents).logLevel, 'debug');
  t.equal(read({ 'log-level': 'error' }, { AMPOULE_LOG_LEVEL: 'debug' }, contents).logLevel, 'error');
  t.equal(read({}, { AMPOULE_LOG_LEVEL: '' }, contents).logLevel, 'warn', 'an empty variable counts as absent');
  t.equal(read({ 'data-dir': 'here' }, {}).dataDir, '/there/here');
});

t.test('another file is named by flag or variable, and must exist', async (t) => {
  const contents = { '/a.json': '{"logLevel":"warn"}', '/there/b.json': '{"allowedHosts":["a:1","b"]}' };
  t.equal(read({}, { AMPOULE_CONFIG: '/a.json' }, contents).logLevel, 'warn');
  t.same(read({ config: 'b.json' }, { AMPOULE_CONFIG: '/a.json' }, contents).allowedHosts, ['a:1', 'b']);
  t.throws(() => read({ config: '/c.json' }, {}, contents), { message: /\/c\.json does not exist/ });
});

t.test('each wrong value is refused with its option, its source and the way out', async (t) => {
  const cases: [Record<string, string>, Environment, string | null, RegExp][] = [
    [{}, { AMPOULE_LISTEN: 'nowhere' }, null, /AMPOULE_LISTEN \(environment\) is "nowhere"\. Give host:port/],
    [{}, { AMPOULE_LISTEN: '1.2.3.4:70000' }, null, /AMPOULE_LISTEN/],
    [{ delivery: 'disk' }, {}, null, /--delivery \(flag\) is "disk"\. Use one of: auto, memory, env/],
    [{ 'key-file': '' }, {}, null, /--key-file \(flag\) is empty/],
    [{}, { DOCKER_HOST: 'ssh://me@there' }, null, /DOCKER_HOST \(environment\).*Give unix:/],
    [{}, { AMPOULE_PUBLIC_URL: 'http://a:b@c' }, null, /AMPOULE_PUBLIC_URL/],
    [{}, { AMPOULE_WORKSPACE_ROOTS: '/a,b' }, null, /"b"\. Give absolute paths/],
    [{}, { AMPOULE_ALLOWED_HOSTS: 'a b' }, null, /AMPOULE_ALLOWED_HOSTS/],
    [{}, { AMPOULE_RATE_LIMIT: '-1' }, null, /AMPOULE_RATE_LIMIT/],
    [{}, {}, '{"loglevel":"info"}', /unknown setting "loglevel"\. It may have: .*logLevel/],
    [{}, {}, '{"logLevel":{}}', /logLevel \(\/etc\/ampoule\/ampouled\.json\)/],
    [{}, {}, '{"logLevel":"loud"}', /logLevel \(\/etc\/ampoule\/ampouled\.json\) is "loud"/],
    [{}, {}, '[]', /is not a JSON object/],
    [{}, {}, '{', /is not JSON/],
    [{}, { AMPOULE_SOCKET: `/${'x'.repeat(108)}` }, null, /longer than 107 bytes/],
    [{}, { AMPOULE_KEY_FILE: '/var/lib/ampoule/key' }, null, /lies in the data directory.*AMPOULE_KEY_FILE/],
  ];
  for (const [flags, env, file, message] of cases) {
    t.throws(() => read(flags, env, file === null ? {} : { '/etc/ampoule/ampouled.json': file }), {
      name: 'ConfigError',
      message,
    });
  }
});

t.test('a key never comes from the value of a variable, and the refusal does not repeat it', async (t) => {
  for (const name of ['AMPOULE_KEY', 'AMPOULE_PASSPHRASE']) {
    try {
      read({}, { [name]: 'canary-of-a-key' });
      t.fail('accepted');
    } catch (error) {
      t.match(error, { name: 'ConfigError', message: new RegExp(`^${name} is in the environment`) });
      t.notMatch(String(error), /canary/);
    }
  }
});

t.test("systemd's credentials and Docker's secrets are found", async (t) => {
  const credentials = { CREDENTIALS_DIRECTORY: '/run/credentials/ampouled.service' };
  const both = { '/run/credentials/ampouled.service/vault.key': '', '/run/secrets/ampoule_key': '' };
  t.equal(read({}, credentials, both).keyFile, '/run/credentials/ampouled.service/vault.key');
  t.equal(read({}, {}, both).keyFile, '/run/secrets/ampoule_key');
  t.equal(read({}, { ...credentials, AMPOULE_KEY_FILE: '/k' }, both).keyFile, '/k', 'what was said goes before');
  const phrase = read({}, {}, { '/run/secrets/ampoule_passphrase': '' });
  t.equal(phrase.passphraseFile, '/run/secrets/ampoule_passphrase');
  t.equal(phrase.keyFile, null, 'a passphrase unlocks');
  t.equal(read({}, { AMPOULE_PASSPHRASE_FILE: '/p' }, both).keyFile, null, 'what was said goes before');
  t.equal(read({ 'key-file': 'off' }, {}).keyFile, null);
  t.throws(() => read({ 'key-file': '/k', 'passphrase-file': '/p' }, {}), { message: /Both .* Leave one out/ });
});

t.test('no TCP, and other addresses', async (t) => {
  const none = read({ listen: 'off' }, {});
  t.equal(none.listen, null);
  t.equal(none.publicUrl, 'http://localhost');
  const six = read({ listen: '[::1]:80', 'public-url': 'https://ampoule.example/' }, {});
  t.same(six.listen, { host: '::1', port: 80 });
  t.equal(six.publicUrl, 'https://ampoule.example');
});
