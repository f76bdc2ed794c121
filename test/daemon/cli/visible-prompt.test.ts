import { PassThrough } from 'node:stream';
import t from 'tap';
import { askVisible } from '../../../daemon/cli/visible-prompt.js';

function around() {
  const stdin = new PassThrough();
  const stderr = new PassThrough();
  return { stdin, stderr, env: {}, cwd: '/', root: false, stdout: new PassThrough(), onInterrupt: () => () => {} };
}

t.test('a line, an end, and Ctrl-C', async (t) => {
  const one = around();
  const line = askVisible('Region: ', one);
  one.stdin.write(' eu-central-1 \r');
  t.equal(await line, 'eu-central-1');
  t.match(String(one.stderr.read()), /Region: /);
  const two = around();
  const none = askVisible('Region: ', two);
  two.stdin.end();
  t.equal(await none, '');
  const three = around();
  const interrupted = askVisible('Region: ', three);
  three.stdin.write('\u0003');
  await t.rejects(interrupted, { code: 'INTERRUPTED' });
});
