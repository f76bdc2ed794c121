import { PassThrough } from 'node:stream';
import t from 'tap';
import { Output } from '../../../daemon/cli/output.js';
import type { Input, Surroundings } from '../../../daemon/cli/surroundings.js';
import { nameAlone, readValue } from '../../../daemon/cli/value.js';

function around(stdin: Input): { around: Surroundings; said: () => string } {
  const stderr = new PassThrough();
  const chunks: Buffer[] = [];
  stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    around: { env: {}, cwd: '/', root: false, stdin, stdout: new PassThrough(), stderr, onInterrupt: () => () => {} },
    said: () => Buffer.concat(chunks).toString(),
  };
}

async function piped(bytes: Buffer | string, raw = false): Promise<{ value: Buffer; said: string }> {
  const stdin = new PassThrough();
  stdin.end(bytes);
  const { around: it, said } = around(stdin);
  const value = await readValue({ what: 'Value of A', raw }, it, new Output(it, false));
  return { value: Buffer.from(value), said: said() };
}

t.test('standard input loses one final newline, which is said', async (t) => {
  const note = /^ampoule: took one final newline off .* --raw keeps it\.\n$/;
  t.same(await piped('abc'), { value: Buffer.from('abc'), said: '' });
  t.match(await piped('abc\n'), { value: Buffer.from('abc'), said: note });
  t.match(await piped('abc\n\n'), { value: Buffer.from('abc\n'), said: note });
  t.match(await piped('abc\r\n'), { value: Buffer.from('abc'), said: note });
  t.same(await piped('abc\n', true), { value: Buffer.from('abc\n'), said: '' });
  t.same(await piped('a\nb "c"\u00e9'), { value: Buffer.from('a\nb "c"\u00e9'), said: '' });
  t.same((await piped(Buffer.from([0xff, 0xfe, 0x0a]))).value, Buffer.from([0xff, 0xfe]));
});

t.test('nothing, and too much', async (t) => {
  await t.rejects(piped(''), { exit: 2, message: /^Value of A is empty\./ });
  await t.rejects(piped('\n'), { exit: 2, message: /^Value of A is empty\./ });
  await t.rejects(piped(Buffer.alloc(2 ** 20 + 1)), { exit: 2, message: /larger than 1 MiB/ });
  t.equal((await piped(Buffer.alloc(2 ** 20, 0x61))).value.length, 2 ** 20);
});

t.test('at a terminal it is asked for, a passphrase twice', async (t) => {
  const ask = async (typed: string[], twice: boolean): Promise<{ value: string; said: string }> => {
    const stdin: Input = new PassThrough();
    stdin.isTTY = true;
    const raw: boolean[] = [];
    stdin.setRawMode = (on) => {
      raw.push(on);
      const [line] = on ? typed.splice(0, 1) : [];
      if (line !== undefined) setImmediate(() => stdin.push(line));
    };
    const { around: it, said } = around(stdin);
    const value = await readValue({ what: 'Passphrase', twice }, it, new Output(it, false));
    t.same(raw, twice ? [true, false, true, false] : [true, false], 'the terminal is given back');
    return { value: Buffer.from(value).toString(), said: said() };
  };
  const once = await ask(['hunter2\r'], false);
  t.equal(once.value, 'hunter2');
  t.match(once.said, /Passphrase \(hidden\): /);
  t.notMatch(once.said, /hunter2/);
  t.equal((await ask(['hunter2\r', 'hunter2\r'], true)).value, 'hunter2');
  await t.rejects(ask(['hunter2\r', 'hunter3\r'], true), { exit: 2, message: /do not agree/ });
  await t.rejects(ask(['\r'], false), { exit: 2, message: /is empty/ });
});

t.test('a value among the arguments is refused and not repeated', async (t) => {
  t.equal(nameAlone('secret add', ['GITHUB_TOKEN@work']), 'GITHUB_TOKEN@work');
  for (const given of [['A', 'hunter2'], ['A=hunter2'], ['A', 'hunter2', 'more']]) {
    t.throws(() => nameAlone('secret add', given), {
      exit: 2,
      message: /^A value is never an argument: (?!.*hunter2).*`ampoule secret add A`/,
    });
  }
});
