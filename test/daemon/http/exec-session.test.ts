import t from 'tap';
import { sandboxForSession } from '../../../daemon/http/exec-session.js';
import type { Http } from '../../../daemon/http/respond.js';
import type { Caller } from '../../../store/index.js';
import { world } from './fixture.js';

const OPERATOR: Caller = { kind: 'operator', token: 'tok_1', name: 'test' };

async function prepared(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  await w.call('POST', '/v1/sessions', { name: 'dev' });
  const http = { parts: w.parts, streams: { stopping: new AbortController().signal }, execs: {} } as unknown as Http;
  const find = (caller: Caller = OPERATOR, session = 'dev') => sandboxForSession(http, caller, session, 0);
  return { w, find };
}

t.test('the first command launches a sandbox of the session’s name, with defaults', async (t) => {
  const { w, find } = await prepared(t);
  const { sandbox, notices } = await find();
  t.match(sandbox, { name: 'dev', settings: { image: 'ampoule/busybox:latest', main: 'hold' } });
  t.match(notices, [/Started the sandbox dev/]);
  t.same(w.woken, [sandbox.id]);
  t.match(await find(), { sandbox: { id: sandbox.id }, notices: [] }, 'the next one finds it');
  t.equal((await w.call('GET', '/v1/sandboxes')).json.items.length, 1);
});

t.test('commands at once share one sandbox; a name that is taken is no obstacle', async (t) => {
  const { w, find } = await prepared(t);
  await w.call('POST', '/v1/sandboxes', { name: 'dev', session: { name: 'other' } });
  const found = await Promise.all([find(), find(), find()]);
  t.equal(new Set(found.map(({ sandbox }) => sandbox.id)).size, 1);
  t.match(found[0]?.sandbox.name, /^sbx_/);
});

t.test('of several the one of the session’s name; otherwise the caller has to say which', async (t) => {
  const { w, find } = await prepared(t);
  await w.call('POST', '/v1/sandboxes', { name: 'one', session: 'dev' });
  await w.call('POST', '/v1/sandboxes', { name: 'two', session: 'dev' });
  await t.rejects(find(), { code: 'SANDBOX_AMBIGUOUS', message: /dev has one, two\. Name one/ });
  await w.call('POST', '/v1/sandboxes', { name: 'dev', session: 'dev' });
  t.match(await find(), { sandbox: { name: 'dev' } });
});

t.test('what lapsed with the last sandbox is named', async (t) => {
  const { w, find } = await prepared(t);
  for (const name of ['A_KEY', 'B_KEY']) await w.call('POST', '/v1/secrets', { name, value: 'v' });
  await w.call('POST', '/v1/sandboxes', { name: 'box', session: 'dev', secrets: ['A_KEY', 'B_KEY'] });
  await w.call('DELETE', '/v1/sandboxes/box');
  await w.call('PUT', '/v1/sessions/dev/secrets/B_KEY');
  const { notices } = await find();
  t.match(notices.at(-1), /Not active any more.*: A_KEY\. .*`ampoule activate A_KEY --session dev`/);
});

t.test('the caller’s bounds apply, and an ended session has nothing', async (t) => {
  const { w, find } = await prepared(t);
  const { id } = w.vault.sessions.get(OPERATOR, 'dev');
  const agent: Caller = { kind: 'agent', token: 'tok_2', name: 'agent', session: id };
  await t.rejects(find(agent), { code: 'FORBIDDEN' }, 'an agent launches nothing');
  await find();
  t.match(await find(agent), { sandbox: { name: 'dev' } });
  const launcher: Caller = { kind: 'launcher', token: 'tok_3', name: 'ci', allow: { images: ['acme/*'] } };
  await t.rejects(find(launcher), { code: 'SESSION_NOT_FOUND' });
  w.vault.sessions.create(launcher, { name: 'ci' });
  await t.rejects(find(launcher, 'ci'), { code: 'OUT_OF_BOUNDS' });
  w.vault.sessions.end(OPERATOR, id);
  await t.rejects(find(OPERATOR, id), { code: 'SESSION_ENDED' });
});
