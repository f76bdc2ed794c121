import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { inForeground } from '../../../daemon/cli/foreground.js';
import { openTerminal } from '../../engine/terminal.js';

const MODULE = fileURLToPath(new URL('../../../daemon/cli/foreground.ts', import.meta.url));
const ASK = `import(${JSON.stringify(MODULE)}).then(({ inForeground }) => console.log("told:", inForeground()))`;
const ask = ['--import', 'tsx', '--input-type=module', '-e', ASK];

t.test('read from what the kernel says', async (t) => {
  t.equal(inForeground('7 (node) S 6 7 5 34816 7 4194304 0'), true);
  t.equal(inForeground('7 (a) S 1 1 (b) S 6 7 5 34816 7 4194304 0'), true, 'a program may be called anything');
  t.equal(inForeground('7 (node) S 6 7 5 34816 5 4194304 0'), false, 'in the background');
  t.equal(inForeground('7 (node) S 6 7 5 0 7 4194304 0'), false, 'no terminal');
  t.equal(inForeground('nonsense'), null);
  t.equal(inForeground(null), null);
});

t.test('at a terminal with a pipe as standard input, in its background, and without one', async (t) => {
  const quoted = [process.execPath, ...ask].map((word) => `'${word}'`).join(' ');
  for (const [script, told] of [
    [`: | ${quoted}`, /told: true/],
    [`set -m; ${quoted} </dev/null & wait`, /told: false/],
  ] as const) {
    const terminal = openTerminal(['bash', '-c', script]);
    t.teardown(() => terminal.end());
    t.match(await terminal.shows(/told: \w+/), told, script);
    await terminal.ended;
  }
  const alone = spawn(process.execPath, ask, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  alone.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(alone, 'close');
  t.equal(text, 'told: false\n');
});
