import t from 'tap';
import { declareSandbox, declareSession, requestedDelivery, wishesOf } from '../../../daemon/http/launch.js';
import type { NewSandboxBody } from '../../../daemon/http/schemas/sandboxes.js';
import type { Caller, DeliveryKind } from '../../../store/index.js';

const operator: Caller = { kind: 'operator', token: 'tok_1', name: 'me' };
const launcher: Caller = { kind: 'launcher', token: 'tok_2', name: 'ci', allow: {} };
const config = { defaultImage: 'debian:stable-slim', workspaceRoots: [] };
const declare = (body: Partial<NewSandboxBody>, caller: Caller = operator, resolved: DeliveryKind = 'env') =>
  declareSandbox({ session: 'dev', ...body }, { config, caller, delivery: { requested: 'auto', resolved } });

t.test('what is left out has the default that the API names', async (t) => {
  t.same(declare({}), {
    session: 'dev',
    requestedDelivery: 'auto',
    delivery: 'env',
    idle: 3_600_000,
    settings: {
      image: 'debian:stable-slim',
      pull: 'missing',
      main: 'hold',
      command: null,
      entrypoint: null,
      restart: 'always',
      env: {},
      user: null,
      workdir: null,
      labels: {},
      onChange: null,
      grace: 500,
      lease: 30_000,
      oneShot: false,
      persist: false,
      tty: false,
      stdinOpen: false,
      privileges: 'standard',
      limits: { cpus: 2, memory: 4 * 1024 ** 3, pids: 512 },
      network: 'bridge',
      ports: [],
      workspace: { kind: 'volume', volume: '', path: '/workspace', foreign: false },
    },
  });
});

t.test('idle: an hour, a day with persist, never with a main of its own, or as asked', async (t) => {
  t.equal(declare({ persist: true }).idle, 86_400_000);
  t.equal(declare({ main: 'image' }).idle, null);
  t.equal(declare({ command: ['sleep', '1'] }).idle, null);
  t.equal(declare({ command: ['sleep', '1'] }).settings.main, 'own');
  t.equal(declare({ idle: '20m', main: 'image' }).idle, 1_200_000);
  t.equal(declare({ idle: 'never' }).idle, null);
  t.throws(() => declare({ main: 'hold', command: ['x'] }), {
    code: 'INVALID_INPUT',
    problems: [{ pointer: '/main' }],
  });
});

t.test('what needs delivery by memory is refused for env, and says so', async (t) => {
  for (const body of [{ oneShot: true }, { lease: '30s' }, { lease: 'never' }] as const) {
    t.throws(() => declare(body), { code: 'DELIVERY_UNAVAILABLE', message: /needs delivery by memory/ });
  }
  t.throws(() => declare({ onChange: 'keep' }), { code: 'INVALID_INPUT', problems: [{ pointer: '/onChange' }] });
  t.equal(declare({ oneShot: false, onChange: 'restart' }).settings.onChange, 'restart');
});

t.test('by memory there are leases, keeping on, and images with an init of their own', async (t) => {
  const memory = (body: Partial<NewSandboxBody>) => declare(body, operator, 'memory');
  t.match(memory({}), { requestedDelivery: 'auto', delivery: 'memory', settings: { lease: 30_000, oneShot: false } });
  t.match(memory({ lease: '5m', oneShot: true, main: 'image', onChange: 'keep' }).settings, {
    ...{ lease: 300_000, oneShot: true, onChange: 'keep' },
  });
  t.equal(memory({ lease: 'never' }).settings.lease, null);
  for (const lease of ['999ms', '50d'])
    t.throws(() => memory({ lease }), { code: 'INVALID_INPUT', problems: [{ pointer: '/lease' }] });
});

t.test('an init of its own has to be the main process', async (t) => {
  const memory = (body: Partial<NewSandboxBody>) => declare({ oneShot: true, ...body }, operator, 'memory').settings;
  for (const body of [{}, { main: 'hold' }] as const)
    t.throws(() => memory(body), { code: 'INVALID_INPUT', problems: [{ pointer: '/oneShot' }] });
  for (const body of [{ main: 'image' }, { command: ['/init'] }, { entrypoint: ['/init'] }] as const)
    t.equal(memory(body as Partial<NewSandboxBody>).oneShot, true);
});

t.test('a launch asks for the delivery that it names, or else its session’s', async (t) => {
  t.equal(requestedDelivery({}, 'memory'), 'memory');
  t.equal(requestedDelivery({ delivery: 'env' }, 'memory'), 'env');
  t.match(declareSession({ delivery: 'memory' }), { delivery: 'memory' });
});

t.test('given settings are kept; ports and limits are filled up', async (t) => {
  const { settings } = declare({
    limits: { cpus: 0.5 },
    ports: [{ container: 80 }, { container: 53, host: 5353, ip: '::1', protocol: 'udp' }],
    grace: '0',
    env: { A: 'b' },
  });
  t.same(settings.limits, { cpus: 0.5, memory: 4 * 1024 ** 3, pids: 512 });
  t.same(settings.ports, [
    { container: 80, protocol: 'tcp', host: null, ip: '127.0.0.1' },
    { container: 53, protocol: 'udp', host: 5353, ip: '::1' },
  ]);
  t.equal(settings.grace, 0);
  t.throws(() => declare({ grace: '11m' }), { code: 'INVALID_INPUT', problems: [{ pointer: '/grace' }] });
});

t.test('networks that are not a sandbox’s own are refused', (t) => {
  for (const network of ['host', 'default'])
    t.throws(() => declare({ network }), { code: 'INVALID_INPUT', problems: [{ pointer: '/network' }] });
  t.end();
});

t.test('labels of the daemon are nobody else’s; a launcher’s are the vault’s to refuse', async (t) => {
  const labels = { 'dev.ampoule.mac': 'x' };
  t.throws(() => declare({ labels }), { code: 'INVALID_INPUT', problems: [{ pointer: '/labels' }] });
  t.same(declare({ labels }, launcher).settings.labels, labels);
});

t.test('sessions and wishes with their durations', async (t) => {
  t.same(declareSession({ name: 'a', ttl: '8h', idle: 'never' }), { name: 'a', ttl: 28_800_000, idle: null });
  t.same(declare({ session: { idle: '1h' } }).session, { idle: 3_600_000 });
  t.throws(() => declare({ session: { ttl: '0' } }), {
    code: 'INVALID_INPUT',
    problems: [{ pointer: '/session/ttl' }],
  });
  t.same(wishesOf(['A', { name: 'B', as: 'C', ttl: '1m' }], '/active'), [
    { name: 'A' },
    { name: 'B', as: 'C', ttl: 60_000 },
  ]);
  t.throws(() => wishesOf(['A', { name: 'B', ttl: '0' }], '/active'), {
    code: 'INVALID_INPUT',
    problems: [{ pointer: '/active/1/ttl' }],
  });
});
