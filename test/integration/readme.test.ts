/** The README's walk-through with curl: its blocks are run in order, as they stand, on a real daemon and engine. */

import { mkdtempSync, rmSync } from 'node:fs';
import t from 'tap';
import { run } from '../engine/command.js';
import { startDaemon } from '../engine/daemon.js';
import { startEngine } from '../engine/engine.js';
import { blocks, outputs, README, scriptOf, strict } from './readme-blocks.js';

/** In the network of the engine, where nobody else listens. */
const ADDRESS = '127.0.0.1:7433';

t.test('the walk-through does what the README says', { timeout: 800_000 }, async (t) => {
  // Its own, since the names of the README's sandboxes are not to be chosen.
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  await engine.importBusybox();
  const inNetwork = ['nsenter', '-t', String(engine.guard), '-n'];
  const env = { AMPOULE_LISTEN: ADDRESS, AMPOULE_DELIVERY: 'auto' };
  const daemon = await startDaemon({ engine, env, prefix: inNetwork });
  const directory = mkdtempSync('/tmp/ar-');
  t.teardown(async () => {
    await daemon.remove();
    rmSync(directory, { recursive: true });
  });

  const all = blocks(README);
  t.equal(all.length, README.split('```bash\n').length - 1, 'every block is found');
  t.ok(all.length > 10);
  const [program = '', ...where] = inNetwork;
  const ran = await run(program, [...where, 'bash', '-c', scriptOf(all)], {
    cwd: directory,
    withinMs: 780_000,
    env: {
      AMPOULE_ADDR: `http://${ADDRESS}`,
      AMPOULE_TOKEN: daemon.token,
      DOCKER_HOST: engine.dockerHost,
    },
  });
  const said = outputs(ran.stdout);
  t.match(ran.stdout, /@@ end\n$/, `stopped in "${all[said.length - 1]?.title}":\n${said.at(-1)}\n${ran.stderr}`);
  const output = (title: string): string => said[all.findIndex((block) => block.title === title)] ?? '';

  t.match(output('Register'), /"items"/);
  t.notMatch(output('Register'), /ghp_example|zweite Zeile/, 'no list shows a value');
  t.match(output('Activate'), /"state":"applied"/);
  t.match(output('Activate'), /^GITHUB_TOKEN=ghp_example_of_work$/m);
  t.match(output('Run a command'), /token: /);
  t.notMatch(output('Run a command'), /ghp_example_of_work/, 'what a command prints is redacted');
  t.match(output('Two accounts, one variable'), /ENV_CONFLICT/);
  t.match(output('Two accounts, one variable'), /GITHUB_TOKEN@work.*GITHUB_TOKEN@personal/s);
  t.match(output('End'), /"ok":true/);
  const vault = (await daemon.ok('GET', '/v1/vault')).id;
  const left = await engine.docker('ps', '-aq', '--filter', `label=dev.ampoule.vault=${vault}`);
  t.equal(left.trim(), '', 'no container is left');
});

t.test('the checks of the walk-through can fail', async (t) => {
  const status = async (text: string): Promise<number | null> =>
    (await run('bash', ['-c', `set -euo pipefail\n${strict(text)}\necho end`])).code;
  t.equal(await status('! echo TOKEN=1 | grep TOKEN='), 97, 'what must not be there is');
  t.equal(await status('! echo OTHER=1 | grep TOKEN='), 0);
  t.equal(await status('! false | grep TOKEN='), 1, 'nothing was looked at');
  t.equal(await status('! true'), 97);
  t.equal(await status('! false'), 0);
});
