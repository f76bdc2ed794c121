import t from 'tap';
import { draftSession } from '../../store/sessions-draft.js';
import {
  bump,
  insertSession,
  lookUpSession,
  publicSession,
  reachLiveSession,
  reachSession,
  sessionById,
  used,
} from '../../store/sessions-rows.js';
import type { Caller } from '../../store/types.js';
import { agentOf, codeOf, domain, HOUR, launcherWith, operator, refusal } from './domain-fixture.js';

t.test('a row comes back as it went in', async (t) => {
  const v = await domain(t);
  const draft = draftSession(v.context, operator, { name: 'dev', ttl: HOUR, environment: 'staging', idle: null });
  v.context.write('test', () => insertSession(v.context, draft));
  t.same(sessionById(v.context, draft.id), draft);
  t.notOk('settings' in publicSession(draft));
});

t.test('names are for live ones, ids for ever', async (t) => {
  const v = await domain(t);
  const first = v.session('dev');
  v.sessions.end(operator, 'dev');
  t.equal(lookUpSession(v.context, 'dev'), undefined);
  t.equal(lookUpSession(v.context, 'dev', true)?.id, first.id);
  t.equal(lookUpSession(v.context, first.id)?.state, 'ended');
  const second = v.session('dev');
  t.equal(lookUpSession(v.context, 'dev', true)?.id, second.id);
});

t.test('somebody else’s session looks as if it did not exist, and the attempt is written down', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev');
  const caller = launcherWith({});
  const foreign = refusal(() => reachSession(v.context, caller, 'session.get', 'dev'));
  const unknown = refusal(() => reachSession(v.context, caller, 'session.get', 'nope'));
  t.equal(foreign.code, 'SESSION_NOT_FOUND');
  t.equal(foreign.message.replace('dev', 'nope'), unknown.message);
  t.match(v.audit('session.get'), [{ caller: 'launcher:ci', target: `${id} dev`, outcome: 'refused' }]);
  t.equal(
    codeOf(() => reachSession(v.context, agentOf('ses_other'), 'session.get', 'dev')),
    'SESSION_NOT_FOUND',
  );
  t.equal(reachSession(v.context, agentOf(id), 'session.get', 'dev').id, id);
});

t.test('a name whose session has ended is refused with why, to those who may know of it', async (t) => {
  const v = await domain(t);
  v.session('dev');
  v.sessions.end(operator, 'dev', 'ttl');
  const said = (caller: Caller) => refusal(() => reachSession(v.context, caller, 'session.get', 'dev'));
  t.match(said(operator), { code: 'SESSION_NOT_FOUND', message: /of this name has ended \(ttl\)\. .*ls --ended/ });
  t.match(said(launcherWith({})).message, /^No live session is called "dev"\. Run/);
});

t.test('an ended one can be read, and nothing else', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev');
  v.sessions.end(operator, 'dev');
  t.equal(reachSession(v.context, operator, 'session.get', id).id, id);
  t.equal(
    codeOf(() => reachLiveSession(v.context, operator, 'session.update', id)),
    'SESSION_ENDED',
  );
});

t.test('generation and idle clock', async (t) => {
  const v = await domain(t);
  const one = v.session('one');
  const two = v.session('two');
  v.clock.advance(7);
  v.context.write('test', () => {
    bump(v.context, [one.id]);
    used(v.context, one.id);
  });
  t.match(sessionById(v.context, one.id), { generation: one.generation + 1, lastUsedAt: one.lastUsedAt + 7 });
  t.match(sessionById(v.context, two.id), { generation: two.generation, lastUsedAt: two.lastUsedAt });
});
