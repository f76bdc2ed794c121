import t from 'tap';
import { commandLook } from '../../../daemon/doctor/command-look.js';
import { type ExecRequest, SandboxError } from '../../../sandbox/index.js';

const asText = (bytes: Uint8Array): string => `<${Buffer.from(bytes).toString()}>`;

interface Played {
  out?: string[];
  err?: string;
  code?: number | null;
  refuses?: Error;
}
function look(played: Played) {
  const requests: ExecRequest[] = [];
  const chunks: Buffer[] = [];
  const made = commandLook(
    {
      async exec(request) {
        requests.push(request);
        if (played.refuses !== undefined) throw played.refuses;
        return {
          execId: request.execId,
          output: (async function* () {
            for (const text of played.out ?? []) {
              const data = Buffer.from(text);
              chunks.push(data);
              yield { stream: 'stdout' as const, data };
            }
            if (played.err !== undefined) yield { stream: 'stderr' as const, data: Buffer.from(played.err) };
          })(),
          exit: Promise.resolve({ code: played.code ?? 0, tookMs: 1 }),
          end: async () => {},
        };
      },
    },
    'sbx_1',
    () => 'exe_new',
  );
  return { made, requests, chunks };
}

t.test('the environment of a new command, cut anywhere; what it printed is wiped', async (t) => {
  const { made, requests, chunks } = look({ out: ['PATH=/bin\0KE', 'Y=a val', 'ue\0'] });
  t.same(await made.environment(['KEY', 'NONE'], asText), {
    seen: new Map([
      ['KEY', '<a value>'],
      ['NONE', null],
    ]),
  });
  t.match(requests, [{ sandbox: 'sbx_1', execId: 'exe_new', command: ['cat', '/proc/self/environ'], env: {} }]);
  t.ok(chunks.every((chunk) => chunk.every((byte) => byte === 0)));
});

t.test('a command that cannot be tried says why', async (t) => {
  t.same(await look({ code: 127 }).made.environment(['KEY'], asText), { why: 'the image has no program "cat"' });
  t.same(await look({ code: 1 }).made.environment(['KEY'], asText), { why: 'the command failed' });
  const refuses = new SandboxError('EXEC_NOT_POSSIBLE', 'The sandbox was made with oneShot. Use something else.');
  t.same(await look({ refuses }).made.environment(['KEY'], asText), { why: 'the sandbox was made with oneShot' });
  t.same(await look({ refuses: new Error('x') }).made.environment(['KEY'], asText), { why: 'the command failed' });
});

t.test('the file that a variable names', async (t) => {
  const { made, requests, chunks } = look({ out: ['{"a": 1}'] });
  t.equal(await made.file('KEY', asText), '<{"a": 1}>');
  t.match(requests, [{ command: 'cat < "$KEY"' }], 'its path is in no argument');
  t.ok(chunks.every((chunk) => chunk.every((byte) => byte === 0)));
  const of = (err: string, code = 1) => look({ err, code }).made.file('KEY', asText);
  t.equal(await of("sh: can't open /x: no such file"), 'missing');
  t.equal(await of('sh: 1: cannot open /x: No such file'), 'missing');
  t.equal(await of('/x: Permission denied'), 'unreadable');
  t.equal(await of("sh: can't open /x: Permission denied"), 'unreadable');
  t.equal(await of('', 127), 'unknown');
  t.equal(await look({ refuses: new Error('x') }).made.file('KEY', asText), 'unknown');
});
