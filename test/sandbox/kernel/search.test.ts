/** What is found in processes of containers: in a made-up /proc, and in a real process of this test's own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { searchProcesses } from '../../../sandbox/kernel/search.js';

const OURS = 'a'.repeat(64);
const OTHERS = 'b'.repeat(64);
const VALUE = Buffer.from('the value');

function proc(root: string, pid: number, container: string, files: Record<string, string> = {}): string {
  const at = join(root, String(pid));
  mkdirSync(join(at, 'root'), { recursive: true });
  const all = { cgroup: `0::/docker/${container}\n`, environ: 'A=1\0', cmdline: 'sh\0', comm: 'sh\n', ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(at, name), text);
  return at;
}

t.test('environments and arguments of our containers alone', async (t) => {
  const root = t.testdir({ self: {} });
  proc(root, 1, OURS, { environ: 'A=1\0B=the value\0' });
  proc(root, 2, OURS, { cmdline: 'curl\0-H\0X: the value\0' });
  proc(root, 3, OTHERS, { environ: 'B=the value\0' });
  proc(root, 4, OURS);
  const found = searchProcesses(new Set([OURS]), [VALUE], [], root);
  t.match(found, { processes: 3, unreadable: 0, containers: new Set([OURS]) });
  t.same(found.holders, [
    { container: OURS, pid: 1, program: 'sh', in: 'environment' },
    { container: OURS, pid: 2, program: 'sh', in: 'arguments' },
  ]);
  t.same(searchProcesses(new Set([OURS]), [], [], root).holders, [], 'of no value nothing is found');
});

t.test('a dead leader shows by its threads; one that may not be read counts', async (t) => {
  const root = t.testdir({});
  const at = proc(root, 1, OURS, { environ: '' });
  mkdirSync(join(at, 'task', '2'), { recursive: true });
  writeFileSync(join(at, 'task', '2', 'environ'), 'B=the value\0');
  const two = proc(root, 2, OURS);
  t.match(searchProcesses(new Set([OURS]), [VALUE], [], root).holders, [{ pid: 1, in: 'environment' }]);
  const { unlinkSync } = await import('node:fs');
  unlinkSync(join(two, 'environ'));
  t.equal(searchProcesses(new Set([OURS]), [VALUE], [], root).unreadable, 1);
});

t.test('files that hold secrets, and no link out of the container', async (t) => {
  const root = t.testdir({ outside: 'the value' });
  const at = proc(root, 1, OURS);
  mkdirSync(join(at, 'root', '.ampoule', 'files'), { recursive: true });
  const files = ['/.ampoule/files', '/run/secrets/x'];
  const look = () => searchProcesses(new Set([OURS]), [VALUE], files, root).holders.map(({ in: where }) => where);
  t.same(look(), []);
  symlinkSync(join(root, 'outside'), join(at, 'root', '.ampoule', 'files', 'link'));
  mkdirSync(join(root, 'secrets'));
  writeFileSync(join(root, 'secrets', 'x'), 'the value');
  symlinkSync(root, join(at, 'root', 'run'));
  t.same(look(), [], 'links lead to other files');
  t.same(searchProcesses(new Set([OURS]), [VALUE], files, root).leftOut, [
    { container: OURS, path: '/.ampoule/files/link', reason: 'a link' },
    { container: OURS, path: '/run/secrets/x', reason: 'a link leads there' },
  ]);
  writeFileSync(join(at, 'root', '.ampoule', 'files', 'KEY'), 'x the value');
  t.same(look(), ['file']);
});

t.test('a real process is not of a container', async (t) => {
  const child = spawn('cat', { env: { B: 'the value' } });
  await once(child, 'spawn');
  t.same(searchProcesses(new Set([OURS]), [VALUE], []), {
    processes: 0,
    unreadable: 0,
    holders: [],
    containers: new Set(),
    leftOut: [],
  });
  child.kill();
});
