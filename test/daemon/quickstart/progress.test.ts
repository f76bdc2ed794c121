/** A program that takes its time is heard of while it runs; its status is what counts. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const PROGRESS = fileURLToPath(new URL('../../../daemon/quickstart/progress.mjs', import.meta.url));

/** Runs it as the setup does: in plain Node. */
function telling(file: string, args: string[]) {
  const call = `runTelling('wait', ${JSON.stringify(file)}, ${JSON.stringify(args)}, {}, 50)`;
  const program = `import { runTelling } from ${JSON.stringify(PROGRESS)}; console.log('status', await ${call});`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }).stdout;
}

t.test('says that it still works, and how it ended', async (t) => {
  const said = telling('sh', ['-c', 'sleep 1; echo its own words']);
  t.match(said, /^wait: \d+ s …$/m);
  t.match(said, /^its own words$/m);
  t.match(said, /wait: done after \d+ s\nstatus 0\n$/);
});

t.test('gives the status of what failed or could not be started', async (t) => {
  // Before it stands what says that it takes its time, where a machine is slow.
  t.match(telling('sh', ['-c', 'exit 3']), /^(wait: .*\n)*status 3\n$/);
  t.match(telling('/nonexistent/program', []), /^(wait: .*\n)*status 127\n$/);
});
