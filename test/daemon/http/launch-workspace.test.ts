import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { workspaceOf } from '../../../daemon/http/launch-workspace.js';
import type { Caller } from '../../../store/index.js';

const operator: Caller = { kind: 'operator', token: 'tok_1', name: 'me' };
const launcher: Caller = { kind: 'launcher', token: 'tok_2', name: 'ci', allow: {} };

t.test('volumes: the own one has no name yet, a named one is foreign where an operator may', async (t) => {
  t.same(workspaceOf(undefined, [], launcher), { kind: 'volume', volume: '', path: '/workspace', foreign: false });
  t.same(workspaceOf({ path: '/src' }, [], operator), { kind: 'volume', volume: '', path: '/src', foreign: false });
  t.same(workspaceOf({ volume: 'data' }, [], operator), {
    kind: 'volume',
    volume: 'data',
    path: '/workspace',
    foreign: true,
  });
  t.match(workspaceOf({ volume: 'data' }, [], launcher), { volume: 'data', foreign: false });
  for (const path of ['/', '//', '/./'])
    t.throws(() => workspaceOf({ path }, [], operator), {
      code: 'INVALID_INPUT',
      problems: [{ pointer: '/workspace/path' }],
    });
});

t.test('paths of the host lie below a root, wherever links lead', async (t) => {
  const directory = t.testdir({ roots: { a: { project: {} }, b: {} }, outside: { secret: {} } });
  const root = join(directory, 'roots');
  symlinkSync(join(directory, 'outside'), join(root, 'a', 'escape'));
  symlinkSync(join(root, 'b'), join(root, 'a', 'link'));
  symlinkSync(root, join(directory, 'also'));
  mkdirSync(join(directory, 'roots-not'));
  const real = (path: string, roots: string[] = [root]) => workspaceOf({ hostPath: path }, roots, operator);

  t.same(real(join(root, 'a/project')), { kind: 'hostPath', hostPath: join(root, 'a/project'), path: '/workspace' });
  t.match(real(join(root, 'a/link')), { hostPath: join(root, 'b') });
  t.match(
    real(join(directory, 'also/b'), [join(directory, 'also')]),
    { hostPath: join(root, 'b') },
    'a root may be a link',
  );
  for (const path of [
    directory,
    join(directory, 'outside'),
    join(root, 'a/escape/secret'),
    join(directory, 'roots-not'),
    '/',
  ]) {
    t.throws(() => real(path), { code: 'INVALID_INPUT', message: /AMPOULE_WORKSPACE_ROOTS/ }, path);
  }
  t.throws(() => real(join(root, 'missing')), { code: 'INVALID_INPUT', message: /mkdir/ });
  t.throws(
    () => real(join(directory, 'nowhere')),
    { message: /AMPOULE_WORKSPACE_ROOTS/ },
    'says nothing of what lies outside',
  );
  t.throws(() => real(root, []), { message: /switched off/ });
});
