import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import t from 'tap';

t.test('answers with 32 bytes and ends', async (t) => {
  const workerData = {
    passphrase: new TextEncoder().encode('x'),
    salt: new Uint8Array(16),
    opsLimit: 1,
    memLimit: 8192 * 1024,
  };
  const worker = new Worker(new URL('../../store/argon2-worker.ts', import.meta.url), { workerData });
  const exited = once(worker, 'exit');
  const [key] = (await once(worker, 'message')) as [Uint8Array];
  t.equal(key.length, 32);
  t.not(
    key.every((byte) => byte === 0),
    'not zeros',
  );
  t.same(await exited, [0]);
});
