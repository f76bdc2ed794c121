/** The runtime's messages, as engines write them, and the codes a shell would give. */

import t from 'tap';
import { startRefusal } from '../../../sandbox/env/exec-refused.js';

const RUNTIME = 'OCI runtime exec failed: exec failed: unable to start container process: ';

t.test('each reason has its code and says what to do', async (t) => {
  const table: [string, 126 | 127, RegExp][] = [
    [`${RUNTIME}exec: "nope": executable file not found in $PATH: unknown\r\n`, 127, /"nope" was not found/],
    [`${RUNTIME}exec: "./nope": stat ./nope: no such file or directory: unknown`, 127, /"nope" was not found/],
    [`${RUNTIME}exec: "/etc/passwd": permission denied: unknown`, 126, /chmod \+x/],
    [`${RUNTIME}exec: "/tmp": is a directory: unknown`, 126, /may not be executed/],
    [`${RUNTIME}exec /x: exec format error: unknown`, 126, /may not be executed/],
    [`${RUNTIME}chdir to cwd ("/nope") set in config.json failed: no such file or directory`, 126, /workdir/],
    ['unable to find user nob: no matching entries in passwd file\r\n', 126, /user does not exist/],
    [`${RUNTIME}something new`, 126, /could not be started/],
  ];
  for (const [text, code, message] of table) {
    const refusal = startRefusal(text, ['nope', 's3cr3t-argument']);
    t.equal(refusal?.code, code, text);
    t.match(refusal?.message ?? '', message);
    t.match(refusal?.message ?? '', /^ampoule: .*\.\n$/);
    t.notMatch(refusal?.message ?? '', 's3cr3t-argument');
  }
});

t.test('what a program prints is no refusal', async (t) => {
  t.equal(startRefusal('', ['true']), null);
  t.equal(startRefusal('sh: nope: not found\n', ['sh', '-c', 'nope']), null);
  t.equal(startRefusal('permission denied\n', ['cat', '/x']), null);
});
