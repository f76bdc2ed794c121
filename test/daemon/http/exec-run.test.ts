import t from 'tap';
import { startExec } from '../../../daemon/http/exec-run.js';
import { SandboxError } from '../../../sandbox/index.js';
import type { Caller } from '../../../store/index.js';
import { world } from './fixture.js';

const OPERATOR: Caller = { kind: 'operator', token: 'tok_1', name: 'test' };

async function withBox(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  const made = await w.call('POST', '/v1/sandboxes', { name: 'box', session: { name: 'dev' } });
  const run = (body: Parameters<typeof startExec>[3], caller: Caller = OPERATOR) =>
    startExec(w.parts, caller, 'box', body, 1000, new AbortController().signal);
  return { w, run, id: made.json.id as string };
}

t.test('what is asked for reaches the delivery', async (t) => {
  const { w, run, id } = await withBox(t);
  const { running } = await run({
    command: ['a', 'b c'],
    env: { X: '1' },
    workdir: '/w',
    user: 'me',
    timeout: '90s',
    stdin: { base64: '/wA=' },
  });
  const request = w.execs[0]?.request;
  t.match(request, { sandbox: id, command: ['a', 'b c'], env: { X: '1' }, workdir: '/w', user: 'me', timeout: 90_000 });
  t.match(request?.execId, /^exe_[0-9A-Z]{26}$/);
  await running.exit;
  await Promise.resolve();
  t.same(request?.stdin, new Uint8Array(2), 'the input is wiped when it is over');
});

t.test('the audit knows the command before it runs, without values', async (t) => {
  const { w, run } = await withBox(t);
  const seen: unknown[] = [];
  w.exec = () => {
    seen.push(w.vault.audit.list({ kind: 'daemon' }, {}, { limit: 1 }).items[0]?.detail);
    return {};
  };
  await run({ command: 'curl -H SECRET-VALUE x', user: 'me' });
  t.same(seen, [{ command: 'curl -H *** x', user: 'me' }]);
  await run({ command: ['x'.repeat(600)], masking: false });
  t.match(seen[1], { command: /^x{500}…$/, masking: false });
});

t.test('an environment that is behind runs nothing', async (t) => {
  const { w, run, id } = await withBox(t);
  w.outcomes.set(id, { state: 'pending', code: 'ENGINE_UNREACHABLE', reason: 'Docker does not answer.' });
  await t.rejects(run({ command: 'env' }), { code: 'ENGINE_UNREACHABLE', message: /Nothing was run: Docker/ });
  w.outcomes.set(id, { state: 'failed', code: 'IMAGE_NOT_FOUND', reason: 'No image.' });
  await t.rejects(run({ command: 'env' }), { code: 'SANDBOX_NOT_RUNNING', message: /No image/ });
  w.outcomes.set(id, { state: 'pending' });
  await t.rejects(run({ command: 'env' }), { code: 'SANDBOX_NOT_RUNNING', message: /Try again/ });
  t.same(w.execs, []);
});

t.test('one whose main process has ended for good says how, and what starts it again', async (t) => {
  const { w, run, id } = await withBox(t);
  const made = await w.call('POST', '/v1/sandboxes', { name: 'once', session: 'dev', restart: 'never' });
  w.exec = () => {
    throw new SandboxError('SANDBOX_NOT_RUNNING', 'Runs no container. Try again.');
  };
  const once = () => startExec(w.parts, OPERATOR, 'once', { command: 'env' }, 1000, new AbortController().signal);
  await t.rejects(once(), { code: 'SANDBOX_NOT_RUNNING' }, 'it may be about to start');
  w.views.set(made.json.id, { state: 'exited', exitCode: 7 });
  await t.rejects(once(), {
    code: 'SANDBOX_EXITED',
    message: /main process of once ended with 7,.*`ampoule sandbox reset once --confirm once`/,
  });
  w.views.set(id, { state: 'exited', exitCode: 7 });
  await t.rejects(run({ command: 'env' }), { code: 'SANDBOX_NOT_RUNNING' }, 'this one is started again');
});

t.test('masking is switched off by operators alone, and a refusal is audited', async (t) => {
  const { w } = await withBox(t);
  const launcher = w.as(await w.mint('launcher'));
  await launcher('POST', '/v1/sandboxes', { name: 'own', session: { name: 'own' } });
  const refused = await launcher('POST', '/v1/sandboxes/own/exec', { command: 'env', masking: false });
  t.match(refused, { status: 403, json: { code: 'FORBIDDEN', detail: /launcher token/ } });
  t.match(w.vault.audit.list({ kind: 'daemon' }, {}, { limit: 1 }).items[0], {
    action: 'sandbox.exec',
    outcome: 'refused',
  });
  t.same(w.execs, []);
});

t.test('a strict sandbox runs everything as its own user', async (t) => {
  const w = await world(t);
  const session = { name: 'dev' };
  await w.call('POST', '/v1/sandboxes', { name: 'own', session, privileges: 'strict', user: '1000' });
  await w.call('POST', '/v1/sandboxes', { name: 'image', session: 'dev', privileges: 'strict' });
  const run = (name: string, user?: string) =>
    startExec(
      w.parts,
      OPERATOR,
      name,
      { command: 'id', ...(user === undefined ? {} : { user }) },
      1000,
      new AbortController().signal,
    );
  await t.rejects(run('own', 'root'), { code: 'INVALID_INPUT', problems: [{ pointer: '/user' }] });
  await t.rejects(run('image', 'root'), { code: 'INVALID_INPUT', problems: [{ pointer: '/user' }] });
  t.equal(w.execs.length, 0);
  await run('own', '1000');
  await run('image');
  t.equal(w.execs.length, 2);
});

t.test('bad input runs nothing', async (t) => {
  const { w, run } = await withBox(t);
  await t.rejects(run({ command: 'a', timeout: '25h' }), {
    code: 'INVALID_INPUT',
    problems: [{ pointer: '/timeout' }],
  });
  await t.rejects(run({ command: 'a', stdin: 'x'.repeat(2 ** 20 + 1) }), { code: 'INVALID_INPUT' });
  await t.rejects(run({ command: 'a', stdin: { base64: 'A' } }), {
    code: 'INVALID_INPUT',
    problems: [{ pointer: '/stdin/base64' }],
  });
  t.same(w.execs, []);
});
