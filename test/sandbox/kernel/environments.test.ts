import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { environmentsOf, measured } from '../../../sandbox/kernel/environments.js';
import { directoryUntilEnd } from '../../engine/directory.js';

const ID = 'a'.repeat(64);
const asText = (bytes: Uint8Array): string => `<${Buffer.from(bytes).toString()}>`;

interface Played {
  pid: number;
  parent: number;
  inside?: number;
  exe?: string;
  comm?: string;
  environ?: string;
  id?: string;
  state?: string;
}

/** A `/proc` with these processes in it. */
function proc(t: Parameters<typeof directoryUntilEnd>[0], processes: Played[]): string {
  const root = directoryUntilEnd(t);
  for (const {
    pid,
    parent,
    inside = pid,
    exe = '/bin/app',
    comm = 'app',
    environ,
    id = ID,
    state = 'S',
  } of processes) {
    const directory = join(root, String(pid));
    mkdirSync(directory);
    const rest = `${parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${pid} 0`;
    writeFileSync(join(directory, 'stat'), `${pid} (a b) ${state} ${rest}`);
    writeFileSync(join(directory, 'cgroup'), `0::/docker/${id}\n`);
    writeFileSync(join(directory, 'status'), `Name:\tx\nNSpid:\t${pid}\t${inside}\n`);
    writeFileSync(join(directory, 'comm'), `${comm}\n`);
    symlinkSync(exe, join(directory, 'exe'));
    if (environ !== undefined) writeFileSync(join(directory, 'environ'), environ);
  }
  return root;
}

t.test('each process with what it was started with, and where it came from', async (t) => {
  const root = proc(t, [
    { pid: 10, parent: 5, inside: 1, exe: '/.ampoule/init', environ: 'KEY=of the init\0' },
    { pid: 11, parent: 10, exe: '/.ampoule/init', environ: '' },
    { pid: 12, parent: 11, comm: 'no\u001bde', environ: 'A=1\0KEY=one\0' },
    { pid: 13, parent: 12, environ: 'KEY=two\0KEY=later\0' },
    { pid: 14, parent: 5, environ: 'PATH=/bin\0' },
    { pid: 15, parent: 5, id: 'b'.repeat(64), environ: 'KEY=of another\0' },
    { pid: 16, parent: 12, state: 'Z', environ: '' },
  ]);
  const seen = environmentsOf(ID, ['KEY', 'A'], asText, root);
  t.match(
    seen?.map(({ pid, origin, variables }) => [pid, origin, Object.fromEntries(variables)]),
    [
      [12, 'leader', { KEY: '<one>', A: '<1>' }],
      [13, 'inner', { KEY: '<two>', A: null }],
      [14, 'entered', { KEY: null, A: null }],
    ],
  );
  t.equal(seen?.length, 3, 'neither inits, nor zombies, nor those of another container');
  t.equal(seen?.[0]?.program, 'no?de');
});

t.test('what cannot be read is unknown, not absent', async (t) => {
  t.equal(environmentsOf(ID, ['KEY'], asText, proc(t, [])), null);
  t.equal(environmentsOf(ID, ['KEY'], asText, proc(t, [{ pid: 20, parent: 1 }])), null, 'no environ to be read');
  const only = proc(t, [{ pid: 20, parent: 1, inside: 1, exe: '/.ampoule/init' }]);
  t.same(environmentsOf(ID, ['KEY'], asText, only), [], 'an init alone has no process to speak of');
  const first = proc(t, [{ pid: 20, parent: 1, inside: 1, environ: 'KEY=v\0' }]);
  t.match(environmentsOf(ID, ['KEY'], asText, first), [{ origin: 'leader', inside: 1 }]);
});

t.test('a block is measured and wiped', async (t) => {
  const block = Buffer.from('KEY=line one\nline=two\0=odd\0EMPTY=\0KEYS=x\0NAME');
  t.same(Object.fromEntries(measured(block, ['KEY', 'EMPTY', 'NAME', 'NONE'], asText)), {
    KEY: '<line one\nline=two>',
    EMPTY: '<>',
    NAME: null,
    NONE: null,
  });
  t.ok(block.every((byte) => byte === 0));
});

t.test('as the kernel has it', async (t) => {
  const child = spawn('/bin/sleep', ['30'], { env: { KEY: 'of a real process' }, stdio: 'ignore' });
  t.teardown(() => child.kill());
  await new Promise((resolve) => child.once('spawn', resolve));
  const { readFileSync } = await import('node:fs');
  const block = readFileSync(`/proc/${child.pid}/environ`);
  t.equal(measured(block, ['KEY'], asText).get('KEY'), '<of a real process>');
});
