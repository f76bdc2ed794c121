import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { testing } from '../../daemon/testing.js';
import { bundled, home } from './process-fixture.js';

t.test('from sources nothing can be asked for', async (t) => {
  t.equal(await testing({ AMPOULE_FAILPOINTS: '*=kill@1' }), null);
});

t.test('a test build dies where it is told to, and has counted it', async (t) => {
  const programs = await bundled(t, { test: true });
  const place = home(t, programs);
  const count = join(place.dir, 'count');
  const points = { AMPOULE_FAILPOINTS_COUNT: count, AMPOULE_FAILPOINTS: 'token.create:committed=kill@1' };
  t.match(await place.run([], points), { code: null, signal: 'SIGKILL' });
  t.match(readFileSync(count, 'utf8'), /^token\.create:recorded\ntoken\.create:committed\n$/m);
  t.notOk(existsSync(place.env.AMPOULE_BOOTSTRAP_TOKEN_FILE ?? ''), 'the token was made and not written');
  const daemon = await place.start();
  t.equal((await daemon.get('/v1/vault', { token: place.token() })).status, 200, 'the next start makes good');
  await daemon.stop();
});

t.test('a production build does not listen to it', async (t) => {
  const programs = await bundled(t);
  const place = home(t, programs);
  const daemon = await place.start({
    AMPOULE_FAILPOINTS: '*=kill@1',
    AMPOULE_FAILPOINTS_COUNT: join(place.dir, 'count'),
  });
  t.match(await daemon.stop(), { code: 0 });
  t.notOk(existsSync(join(place.dir, 'count')));
});
