/** The README's walk-through with curl: its blocks are run in order, as they stand, on a real daemon and engine. */

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import t from 'tap';
import { run } from '../engine/command.js';
import { startDaemon } from '../engine/daemon.js';
import { startEngine } from '../engine/engine.js';
import { blocks, outputs, README, scriptOf, strict } from './readme-blocks.js';

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

t.test('the walk-through does what the README says', { timeout: 280_000 }, async (t) => {
  // Its own, since the names of the README's sandboxes are not to be chosen.
  const engine = await startEngine();
  t.teardown(() => engine.stop());
  await engine.importBusybox();
  const port = await freePort();
  const daemon = await startDaemon({ engine, env: { AMPOULE_LISTEN: `127.0.0.1:${port}`, AMPOULE_DELIVERY: 'auto' } });
  const directory = mkdtempSync('/tmp/ar-');
  t.teardown(async () => {
    await daemon.remove();
    rmSync(directory, { recursive: true });
  });

  const all = blocks(README);
  t.equal(all.length, README.split('```bash\n').length - 1, 'every block is found');
  t.ok(all.length > 10);
  const ran = await run('bash', ['-c', scriptOf(all)], {
    cwd: directory,
    withinMs: 270_000,
    env: {
      AMPOULE_ADDR: `http://127.0.0.1:${port}`,
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
