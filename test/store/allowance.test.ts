import fc from 'fast-check';
import t from 'tap';
import {
  allowanceProblems,
  allowsEnvironment,
  allowsSecret,
  DEFAULT_ALLOWANCE,
  effective,
  matchesGlob,
  outOfBounds,
} from '../../store/allowance.js';
import { settings } from './domain-fixture.js';

t.test('what an absent member means', async (t) => {
  t.same(effective({}), DEFAULT_ALLOWANCE);
  t.same(outOfBounds({}, settings()), []);
  t.same(outOfBounds({}, settings({ privileges: 'sudo' })), ['privileges sudo']);
  t.same(outOfBounds({}, settings({ network: 'host' })), ['network host']);
  t.same(outOfBounds({}, settings({ network: 'none' })), []);
  const port = { container: 80, protocol: 'tcp', host: null } as const;
  t.same(outOfBounds({}, settings({ ports: [{ ...port, ip: '127.0.0.1' }] })), []);
  t.same(outOfBounds({}, settings({ ports: [{ ...port, ip: '0.0.0.0' }] })), ['a port published on 0.0.0.0']);
  t.ok(allowsEnvironment({}, null));
  t.notOk(allowsEnvironment({}, 'staging'));
  t.ok(allowsEnvironment({ environments: ['staging'] }, 'staging'));
});

t.test('images, labels, workspaces', async (t) => {
  const allow = { images: ['ghcr.io/acme/*'], hostPaths: ['/srv/code'] };
  t.same(outOfBounds(allow, settings({ image: 'ghcr.io/acme/a/b:1' })), []);
  t.same(outOfBounds(allow, settings({ image: 'ghcr.io/acmes/x' })), ['image ghcr.io/acmes/x']);
  t.same(outOfBounds({}, settings({ labels: { 'dev.ampoule.mac': 'x' } })), ['label dev.ampoule.mac']);
  const at = (hostPath: string) =>
    outOfBounds(allow, settings({ image: 'ghcr.io/acme/a', workspace: { kind: 'hostPath', hostPath, path: '/w' } }));
  t.same(at('/srv/code'), []);
  t.same(at('/srv/code/a'), []);
  for (const path of ['/srv/codes', '/srv/code/../x', '/srv', '/']) t.same(at(path), [`workspace ${path}`]);
  const foreign = { kind: 'volume', volume: 'other', path: '/w', foreign: true } as const;
  t.same(outOfBounds({}, settings({ workspace: foreign })), ['volume other']);
});

t.test('secrets by selector', async (t) => {
  const secret = { name: 'GITHUB_TOKEN@work', provider: 'github', account: 'work', environment: null, tags: [] };
  t.notOk(allowsSecret({}, secret));
  t.ok(allowsSecret({ secrets: ['aws', 'github'] }, secret));
  t.notOk(allowsSecret({ secrets: ['github@home'] }, secret));
});

t.test('a malformed allowance is refused part by part', async (t) => {
  const problems = allowanceProblems({
    secrets: ['github', '**'],
    environments: ['Prod'],
    images: [''],
    hostPaths: ['srv', '/a/../b'],
    publish: ['localhost!'],
    networks: [''],
    maxSandboxes: -1,
  });
  t.same(
    problems.map(({ pointer }) => pointer),
    [
      '/allow/secrets/1',
      '/allow/environments/0',
      '/allow/images/0',
      '/allow/hostPaths/0',
      '/allow/hostPaths/1',
      '/allow/networks/0',
      '/allow/publish/0',
      '/allow/maxSandboxes',
    ],
  );
  t.same(allowanceProblems({ secrets: ['tag:ci'], images: ['*'], publish: ['::1'], maxSandboxes: 0 }), []);
});

t.test('globs say what the same regular expression says', async (t) => {
  const part = fc.stringMatching(/^[ab/]{0,4}$/);
  const pattern = fc.array(fc.oneof(part, fc.constant('*')), { maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, fc.stringMatching(/^[ab/]{0,10}$/), (pattern, text) => {
      const expected = new RegExp(`^${pattern.replace(/\*+/g, '.*')}$`).test(text);
      return matchesGlob(pattern, text) === expected;
    }),
    { numRuns: 3000 },
  );
  t.ok(matchesGlob('*', ''));
  t.notOk(matchesGlob('ab*ba', 'aba'));
});
