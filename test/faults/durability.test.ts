import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import t from 'tap';
import { startDaemon } from '../engine/daemon.js';

/** What strace saw, in order: the log of the database reaching the disk, and answers leaving. */
type Act = 'sync' | 'answer';

/** Reads the calls of the thread that serves requests. */
function acts(trace: string): Act[] {
  const seen: Act[] = [];
  const unfinished = new Set<string>();
  for (const line of trace.split('\n')) {
    const thread = /^\s*(\d+)/.exec(line)?.[1] ?? '';
    if (/fdatasync\(\d+<[^>]*vault[^>]*-wal>/.test(line) || /fsync\(\d+<[^>]*vault[^>]*-wal>/.test(line)) {
      if (line.includes('unfinished')) unfinished.add(thread);
      else seen.push('sync');
    } else if (/<\.\.\. fd?a?t?a?sync resumed>/.test(line) && unfinished.delete(thread)) seen.push('sync');
    else if (/HTTP\/1\.1 20[01]/.test(line)) seen.push('answer');
  }
  return seen;
}

async function traced(env: Record<string, string>, build: 'dist' | 'dist-test'): Promise<Act[]> {
  const dir = mkdtempSync('/tmp/as-');
  const file = `${dir}/trace`;
  const daemon = await startDaemon({
    engine: { dockerHost: `unix://${dir}/no-engine` },
    build,
    env,
    wait: 'alive',
    prefix: [
      'strace',
      '-D',
      '-f',
      '-y',
      '-s',
      '64',
      '-e',
      'trace=fdatasync,fsync,write,writev,sendto,sendmsg',
      '-o',
      file,
    ],
  });
  try {
    const before = readFileSync(file, 'utf8').length;
    await daemon.ok('PUT', '/v1/secrets/KEY_DURABLE/value', { value: 'canary-durable' });
    await daemon.stop();
    return acts(readFileSync(file, 'utf8').slice(before));
  } finally {
    await daemon.remove();
    rmSync(dir, { recursive: true, force: true });
  }
}

t.test('a write is on the disk before its answer leaves', { timeout: 180_000 }, async (t) => {
  const seen = await traced({}, 'dist');
  const answer = seen.indexOf('answer');
  t.ok(answer >= 0, 'the answer was seen');
  t.ok(seen.slice(0, answer).includes('sync'), `the write-ahead log was synced before: ${seen.join(', ')}`);
});

t.test('without synchronous commits the same look finds none', { timeout: 180_000 }, async (t) => {
  const seen = await traced({ AMPOULE_SYNCHRONOUS: 'OFF' }, 'dist-test');
  const answer = seen.indexOf('answer');
  t.ok(answer >= 0, 'the answer was seen');
  t.notOk(seen.slice(0, answer).includes('sync'), 'nothing was synced before the answer');
});
