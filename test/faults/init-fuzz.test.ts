/** Mutated frames against the parsers and handlers of ampoule-init, built with ASan and UBSan; full count with AMPOULE_FULL=1. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { must, run } from '../engine/command.js';

const SOURCES = fileURLToPath(new URL('../../sandbox/init/', import.meta.url));
const COUNT = process.env.AMPOULE_FULL === '1' ? 1_000_000 : 20_000;

/** Parts that are nothing but effects; sandbox/init/fuzz/world.c stands in for them. */
const PLAYED = ['main', 'start', 'loop', 'signals', 'processes', 'files', 'links', 'command'];

/** Functions that fuzz/world.c has instead, so that nothing happens to this machine and each byte too many is seen. */
const WRAPPED = [
  ...['fork', 'kill', 'exit', 'execve', 'prctl', 'syscall', 'open', 'write', 'chmod', 'unlink', 'symlink', 'fprintf'],
  ...[
    'socket',
    'socketpair',
    'connect',
    'bind',
    'listen',
    'accept4',
    'getsockopt',
    'poll',
    'clock_gettime',
    'nanosleep',
  ],
  ...['keeper_report', 'hook_write', 'hook_tell', 'secret_map', 'secret_unmap', 'wipe'],
  ...['inbox_fill', 'inbox_next', 'inbox_drop', 'inbox_close'],
];

t.setTimeout(3_800_000);
const directory = mkdtempSync(join(tmpdir(), 'ampoule-fuzz-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));

/** Compiles the target; `planted` has a parser in it that believes what a frame says of its length. */
async function target(planted: boolean): Promise<string> {
  const program = join(directory, planted ? 'planted' : 'fuzz');
  const ours = (name: string) => name.endsWith('.c') && !PLAYED.includes(name.slice(0, -2));
  const sources = [
    ...readdirSync(SOURCES).filter(ours),
    ...readdirSync(join(SOURCES, 'fuzz'))
      .filter(ours)
      .map((name) => `fuzz/${name}`),
  ];
  const wrapped = planted ? [...WRAPPED, 'read_text'] : WRAPPED;
  await must(
    'gcc',
    [
      ...[
        '-std=gnu11',
        '-D_GNU_SOURCE',
        '-DAMPOULE_BUILD="fuzz"',
        '-g',
        '-O1',
        '-fno-omit-frame-pointer',
        '-Wall',
        '-Wextra',
      ],
      ...['-fsanitize=address,undefined', '-fno-sanitize-recover=all', ...(planted ? ['-DAMPOULE_FUZZ_PLANTED'] : [])],
      ...['-o', program, ...sources, ...wrapped.map((name) => `-Wl,--wrap=${name}`)],
    ],
    { cwd: SOURCES, withinMs: 600_000 },
  );
  return program;
}

/** Runs it where no process of this machine has a number. */
function fuzz(program: string, count: number) {
  return run('unshare', ['--pid', '--fork', '--kill-child', program, String(count)], {
    env: { ASAN_OPTIONS: 'detect_leaks=0', UBSAN_OPTIONS: 'print_stacktrace=1' },
    withinMs: 3_600_000,
  });
}

t.test(`${COUNT} mutated frames find nothing`, { timeout: 3_700_000 }, async (t) => {
  const { code, stdout, stderr } = await fuzz(await target(false), COUNT);
  t.equal(code, 0, `${stdout}${stderr}`);
  const [, mutated, whole] = /(\d+) mutated frames, (\d+) as they were, nothing found/.exec(stdout) ?? [];
  t.ok(Number(mutated) >= COUNT, stdout);
  t.ok(Number(whole) > 0, 'right ones among them, so that states are reached');
  t.match(stdout, /seed \d+/, 'it can be done again');
});

t.test('a planted overflow is found', { timeout: 900_000 }, async (t) => {
  const { code, stderr } = await fuzz(await target(true), 20_000);
  t.not(code, 0);
  t.match(stderr, /AddressSanitizer: use-after-poison/);
});
