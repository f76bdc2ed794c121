import t from 'tap';
import { lookUpSandbox, reachSandbox, sandboxById } from '../../store/sandboxes-rows.js';
import { agentOf, codeOf, domain, launcherWith, operator, refusal } from './domain-fixture.js';

t.test('a row comes back as it was asked for', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const { sandbox } = v.box('dev', { name: 'box', only: ['aws', 'tag:x'], as: { KEY: 'OWN' }, idle: null });
  t.match(sandbox, { only: ['aws', 'tag:x'], as: { KEY: 'OWN' }, idle: null, state: 'live', endsSession: false });
  t.same(sandboxById(v.context, sandbox.id), sandbox);
  t.same(lookUpSandbox(v.context, 'box'), sandbox);
  const bare = v.box('dev').sandbox;
  t.match(bare, { name: bare.id, only: null, as: {} });
  t.same(v.box('dev', { only: [] }).sandbox.only, [], 'an empty ceiling is a ceiling');
});

t.test('names are for live ones, ids for ever', async (t) => {
  const v = await domain(t);
  v.session('dev');
  const { id } = v.box('dev', { name: 'box' }).sandbox;
  v.sandboxes.end(operator, 'box');
  t.equal(lookUpSandbox(v.context, 'box'), undefined);
  t.equal(lookUpSandbox(v.context, 'box', true)?.id, id);
  t.equal(lookUpSandbox(v.context, id)?.state, 'ended');
});

t.test('reach follows the session', async (t) => {
  const v = await domain(t);
  const launcher = launcherWith({});
  const own = v.sessions.create(launcher, { name: 'own' });
  v.session('foreign');
  v.box('own', { name: 'a' });
  const { id } = v.box('foreign', { name: 'b' }).sandbox;
  t.equal(reachSandbox(v.context, launcher, 'sandbox.get', 'a').session, own.id);
  const foreign = refusal(() => reachSandbox(v.context, launcher, 'sandbox.end', 'b'));
  const unknown = refusal(() => reachSandbox(v.context, launcher, 'sandbox.end', 'c'));
  t.equal(foreign.code, 'SANDBOX_NOT_FOUND');
  t.equal(foreign.message.replace('"b"', '"c"'), unknown.message);
  t.match(v.audit('sandbox.end'), [{ outcome: 'refused', target: `${id} b` }]);
  t.equal(reachSandbox(v.context, agentOf(own.id), 'sandbox.exec', 'a').name, 'a');
  t.equal(
    codeOf(() => reachSandbox(v.context, agentOf(own.id), 'sandbox.exec', 'b')),
    'SANDBOX_NOT_FOUND',
  );
  t.equal(
    codeOf(() => reachSandbox(v.context, agentOf(own.id), 'sandbox.end', 'a')),
    'FORBIDDEN',
  );
});
