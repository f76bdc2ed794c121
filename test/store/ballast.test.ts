import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { BALLAST_BYTES, freeBytesOf, makeBallast, ROOM_BYTES } from '../../store/ballast.js';

t.test('made where there is room, given up once, made again', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'ballast');
  let free = ROOM_BYTES + BALLAST_BYTES - 1;
  const ballast = makeBallast(directory, () => free);
  ballast.ensure();
  t.same(readdirSync(directory), [], 'never at the cost of the room for values');
  free++;
  ballast.ensure();
  t.equal(statSync(file).size, BALLAST_BYTES);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.ok(gzipSync(readFileSync(file)).length > 0.9 * BALLAST_BYTES, 'takes up room on a compressing file system too');
  const before = statSync(file).ino;
  ballast.ensure();
  t.equal(statSync(file).ino, before);
  t.ok(ballast.release());
  t.notOk(existsSync(file));
  t.notOk(ballast.release(), 'it was given up before');
  ballast.ensure();
  t.ok(existsSync(file));
});

t.test('a place that takes no file is no error', async (t) => {
  makeBallast('/proc/self', () => 1e12).ensure();
  t.notOk(existsSync('/proc/self/ballast'));
});

t.test('new values need 64 MiB', async (t) => {
  const directory = t.testdir();
  let free = ROOM_BYTES;
  const ballast = makeBallast(directory, () => free);
  ballast.requireRoom();
  free--;
  t.throws(() => ballast.requireRoom(), { code: 'DISK_FULL', message: /63 MiB .*df -h/ });
  t.equal(ballast.freeBytes(), free);
  t.ok(freeBytesOf(directory) > 0);
});
