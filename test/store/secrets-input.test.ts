import t from 'tap';
import { draftSecret, memberProblems } from '../../store/secrets-input.js';
import { codeOf, refusal } from './domain-fixture.js';

const NOW = 1000;

t.test('defaults come from the name', async (t) => {
  const draft = draftSecret({ name: 'GITHUB_TOKEN@work.staging' }, NOW);
  t.match(draft, {
    env: 'GITHUB_TOKEN',
    account: 'work',
    environment: 'staging',
    as: 'env',
    sensitive: true,
    tags: [],
  });
  const told = draftSecret({ name: 'A@b.c', env: 'X', account: 'Jane@Acme.com', environment: 'prod' }, NOW);
  t.match(told, { name: 'A@b.c', env: 'X', account: 'jane-acme-com', environment: 'prod' });
  t.same(draftSecret({ name: 'A', tags: ['b', 'a', 'b'] }, NOW).tags, ['a', 'b']);
});

t.test('every problem at once', async (t) => {
  const error = refusal(() =>
    draftSecret(
      {
        name: '1A',
        env: 'A B',
        account: '@',
        environment: 'X',
        provider: 'A',
        path: '/x',
        tags: ['ok', ' '],
        expiresAt: NOW,
        rotateEvery: 0,
        description: 'x'.repeat(1001),
      },
      NOW,
    ),
  );
  t.equal(error.code, 'INVALID_INPUT');
  t.same(
    error.problems.map(({ pointer }) => pointer),
    [
      '/name',
      '/account',
      '/environment',
      '/env',
      '/path',
      '/description',
      '/provider',
      '/tags/1',
      '/expiresAt',
      '/rotateEvery',
    ],
  );
});

t.test('reserved names', async (t) => {
  for (const input of [{ name: 'PATH' }, { name: 'KEY', env: 'LD_PRELOAD' }, { name: 'https_proxy@work' }]) {
    t.equal(
      codeOf(() => draftSecret(input, NOW)),
      'NAME_RESERVED',
    );
    t.doesNotThrow(() => draftSecret({ ...input, allowReserved: true }, NOW));
  }
  t.equal(
    codeOf(() => draftSecret({ name: 'github@work', allowReserved: true }, NOW)),
    'NAME_RESERVED',
  );
});

t.test('paths of files', async (t) => {
  const path = (path: string) => draftSecret({ name: 'A', as: 'file', path }, NOW).path;
  t.equal(path('/run/secrets/a'), '/run/secrets/a');
  for (const bad of ['a', '/a/../b', '/a/', '/a\0b'])
    t.equal(
      codeOf(() => path(bad)),
      'INVALID_INPUT',
    );
});

t.test('members of a patch', async (t) => {
  t.same(memberProblems({ description: null, provider: null, expiresAt: null, rotateEvery: null, tags: [] }, NOW), []);
  t.match(memberProblems({ tags: Array.from({ length: 33 }, (_, i) => `t${i}`) }, NOW), [{ pointer: '/tags' }]);
});
