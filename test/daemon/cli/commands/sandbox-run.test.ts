import t from 'tap';
import { cli, playApi } from '../played-api.js';
import { SANDBOX } from '../samples.js';

const route = 'POST /v1/sandboxes';
const CASES: [string, unknown][] = [
  ['sandbox run -s dev', { session: 'dev' }],
  ['sandbox run --new-session', { session: {} }],
  [
    'sandbox run -s dev debian:stable-slim --name box --secret A --secret B@work --only github --only tag:x',
    { session: 'dev', image: 'debian:stable-slim', name: 'box', secrets: ['A', 'B@work'], only: ['github', 'tag:x'] },
  ],
  ['sandbox run -s dev -- sh -c --json', { session: 'dev', command: ['sh', '-c', '--json'] }],
  ['sandbox run -s dev alpine -- sh -c --json', { session: 'dev', image: 'alpine', command: ['sh', '-c', '--json'] }],
  [
    'sandbox run -s dev nginx --main image --pull always --restart never --privileges sudo --delivery env --on-change restart',
    {
      session: 'dev',
      image: 'nginx',
      main: 'image',
      pull: 'always',
      restart: 'never',
      privileges: 'sudo',
      delivery: 'env',
      onChange: 'restart',
    },
  ],
  [
    'sandbox run -s dev --as A=B -e X=1 -l team=a -p 80 -p 8080:80 -p 127.0.0.2:8081:81 -p [::1]:1:2',
    {
      session: 'dev',
      as: { A: 'B' },
      env: { X: '1' },
      labels: { team: 'a' },
      ports: [
        { container: 80 },
        { container: 80, host: 8080 },
        { container: 81, host: 8081, ip: '127.0.0.2' },
        { container: 2, host: 1, ip: '::1' },
      ],
    },
  ],
  [
    'sandbox run -s dev --cpus 1.5 --memory 512m --pids 99 --network none --user node --workdir /src --grace 1s --idle never --persist -t -i --entrypoint /init',
    {
      session: 'dev',
      limits: { cpus: 1.5, memory: 512 * 2 ** 20, pids: 99 },
      network: 'none',
      user: 'node',
      workdir: '/src',
      grace: '1s',
      idle: 'never',
      persist: true,
      tty: true,
      stdinOpen: true,
      entrypoint: ['/init'],
    },
  ],
  [
    'sandbox run -s dev --delivery memory --lease 5m --one-shot --on-change restart',
    { session: 'dev', delivery: 'memory', lease: '5m', oneShot: true, onChange: 'restart' },
  ],
  ['sandbox run -s dev --memory 4g', { session: 'dev', limits: { memory: 4 * 2 ** 30 } }],
  ['sandbox run -s dev --memory 6291456', { session: 'dev', limits: { memory: 6291456 } }],
  [
    'sandbox run -s dev --volume data --workspace-path /w',
    { session: 'dev', workspace: { volume: 'data', path: '/w' } },
  ],
  ['sandbox run -s dev --host-path /srv/a', { session: 'dev', workspace: { hostPath: '/srv/a' } }],
  ['sandbox run -s dev --host-path sub', { session: 'dev', workspace: { hostPath: '/somewhere/sub' } }],
];
for (const [line, body] of CASES) {
  t.test(line, async (t) => {
    const api = await playApi(t, { [route]: { status: 201, json: SANDBOX } });
    const { code, err } = await cli(api, line.split(' '), { cwd: '/somewhere' });
    t.equal(code, 0, err);
    t.same(api.asked[0]?.json, body);
  });
}

t.test('what it prints, and what was noticed', async (t) => {
  const api = await playApi(t, { [route]: { status: 201, json: SANDBOX } });
  const { out, err } = await cli(api, ['sandbox', 'run', '-s', 'dev', '--wait', '20s']);
  t.match(out, /^name {8}box\nid {10}sbx_01JQ/);
  t.match(out, /variables {3}GITHUB_TOKEN\nports {7}127\.0\.0\.1:8080->80\/tcp\n/);
  t.equal(err, 'ampoule: Delivery env: plaintext.\n');
  t.same(api.asked[0]?.query, { wait: '20s' });
});

t.test('202: exit code 125 and the reason', async (t) => {
  const failed = { ...SANDBOX, state: 'failed', code: 'IMAGE_NOT_FOUND', reason: 'The image x is not there. Pull it.' };
  const api = await playApi(t, { [route]: { status: 202, json: failed } });
  t.match(await cli(api, ['sandbox', 'run', '-s', 'dev', 'x']), {
    code: 125,
    err: /box is recorded, but not running yet: The image x is not there\. Pull it\./,
  });
});

t.test('what cannot be meant is exit code 2, before anything is asked', async (t) => {
  const api = await playApi(t, {});
  const cases: [string, RegExp][] = [
    ['--new-session -s dev', /exclude each other/],
    ['--volume a --host-path /b', /one workspace/],
    ['--memory lots', /--memory is "lots"/],
    ['--cpus many', /--cpus is "many"/],
    ['--pids -1', /--pids/],
    ['-p http', /--publish is "http"/],
    ['-e A', /--env wants NAME=VALUE\. For a secret, run `ampoule activate`/],
  ];
  for (const [options, err] of cases) {
    t.match(await cli(api, ['sandbox', 'run', ...options.split(' ')]), { code: 2, err }, options);
  }
  t.same(api.asked, []);
});
