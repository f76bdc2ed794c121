/** ampoule-init in a real container, with the daemon played: delivery, commands, and how they end. */

import t from 'tap';
import { entry, playDaemon } from '../engine/played-daemon.js';
import { initPrograms } from '../engine/programs.js';
import { sharedEngine } from '../engine/shared.js';

t.test('a command gets the environment, and its output and status come back', async (t) => {
  const engine = await sharedEngine();
  const { init: program } = await initPrograms();
  const played = await playDaemon(engine, { program, run: ['-e', 'BASE=b', '-e', 'BOTH=base'] });
  t.teardown(async () => {
    await played.stop();
    await engine.done();
  });
  await played.setDone([entry('TOKEN', 'first'), entry('BOTH', 'live'), entry('EMPTY', '')]);
  const env = await played.finish(['env'], { env: ['OWN=o', 'BASE=x'] });
  t.equal(env.code, 0);
  t.same(
    env.stdout
      .split('\n')
      .filter((line) => /^(TOKEN|BOTH|EMPTY|OWN|BASE|PATH|HOME|TERM)=/.test(line))
      .sort(),
    ['BASE=x', 'BOTH=live', 'EMPTY=', 'HOME=/root', 'OWN=o', 'PATH=/bin', 'TOKEN=first'],
  );
  const both = await played.finish(['sh', '-c', 'echo out; echo err >&2; exit 7']);
  t.match(both, { stdout: 'out\n', stderr: 'err\n', code: 7 });
  t.match(await played.finish(['no-such-program']), { code: 127, reason: /not found/ });
  t.match(await played.finish(['/etc/passwd']), { code: 126, reason: /Permission denied/ });
  t.match(await played.finish(['true'], { workdir: '/nowhere' }), { code: 126, reason: /nowhere/ });
  t.match(await played.finish(['true'], { user: 'nobody-here' }), { code: 126, reason: /passwd/ });
});
