import t from 'tap';
import { TypedBytes } from '../../../daemon/cli/hidden-prompt.js';
import { playApi } from './played-api.js';
import { SECRET } from './samples.js';
import { typed } from './typed.js';

const atTerminal = (socket: string, keys: string, argv: string[]) => typed(socket, argv, { at: '(hidden): ', keys });

function type(...chunks: (string | Buffer)[]): { outcome: string; bytes: string } {
  const bytes = new TypedBytes();
  let outcome = 'more';
  for (const chunk of chunks) outcome = bytes.push(Buffer.from(chunk));
  return { outcome, bytes: Buffer.from(bytes.take()).toString('latin1') };
}

t.test('a line, and how it is edited', async (t) => {
  t.same(type('abc'), { outcome: 'more', bytes: 'abc' });
  t.same(type('ab', 'c\r'), { outcome: 'done', bytes: 'abc' });
  t.same(type('abc\n'), { outcome: 'done', bytes: 'abc' });
  t.same(type('abc\u0004'), { outcome: 'done', bytes: 'abc' });
  t.same(type('abc\u0003'), { outcome: 'interrupted', bytes: 'abc' });
  t.same(type('abx\u007fc\r'), { outcome: 'done', bytes: 'abc' });
  t.same(type('\u007f\u007fa\u00e9\u007fb\r'), { outcome: 'done', bytes: 'ab' }, 'a whole character is taken away');
  t.same(type('wrong\u0015right\r'), { outcome: 'done', bytes: 'right' });
  t.same(type('a\u001b[D\u001bOCb\u001b[3~c\r'), { outcome: 'done', bytes: 'abc' }, 'arrow keys are no text');
});

t.test('a paste keeps its line breaks, wherever it is cut', async (t) => {
  const pasted = Buffer.from('\u001b[200~line 1\rline 2\n\ttab \u0003 \u001b[1m\u001b x\u001b[201~\r');
  const bytes = 'line 1\nline 2\n\ttab \u0003 \u001b[1m\u001b x';
  for (let cut = 0; cut < pasted.length; cut++) {
    t.same(type(pasted.subarray(0, cut), pasted.subarray(cut)), { outcome: 'done', bytes }, `cut at ${cut}`);
  }
});

t.test('it grows, up to 1 MiB, and is wiped', async (t) => {
  const bytes = new TypedBytes();
  t.equal(bytes.push(Buffer.alloc(2 ** 20, 0x61)), 'more');
  t.equal(bytes.take().length, 2 ** 20);
  t.equal(bytes.push(Buffer.from('b')), 'too large');
  bytes.wipe();
  t.equal(bytes.take().length, 0);
});

t.test('at a real terminal what is typed does not show, and arrives', async (t) => {
  const api = await playApi(t, { 'POST /v1/secrets': { status: 201, json: SECRET } });
  const { code, shown } = await atTerminal(api.socket, 'hunter2-typed\r', ['secret', 'add', 'GITHUB_TOKEN@work']);
  t.equal(code, 0, shown);
  t.match(shown, /Value of GITHUB_TOKEN@work \(hidden\): /);
  t.match(shown, /is registered/);
  t.notMatch(shown, /hunter2/);
  t.match(api.asked[0]?.json, { name: 'GITHUB_TOKEN@work', value: 'hunter2-typed' });
});

t.test('at a real terminal a paste of several lines is one value', async (t) => {
  const api = await playApi(t, { 'POST /v1/secrets': { status: 201, json: SECRET } });
  const keys = '\u001b[200~-----BEGIN\rhunter2\r-----END\u001b[201~\r';
  const { code, shown } = await atTerminal(api.socket, keys, ['secret', 'add', 'A']);
  t.equal(code, 0, shown);
  t.notMatch(shown, /hunter2/);
  t.match(api.asked[0]?.json, { value: '-----BEGIN\nhunter2\n-----END' });
});

t.test('Ctrl-C at the prompt asks for nothing and is exit code 130', async (t) => {
  const api = await playApi(t, {});
  const { code, shown } = await atTerminal(api.socket, 'hunt\u0003', ['secret', 'add', 'A']);
  t.equal(code, 130, shown);
  t.match(shown, /ampoule: interrupted\./);
  t.same(api.asked, []);
});
