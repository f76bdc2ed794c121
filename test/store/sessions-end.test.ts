import t from 'tap';
import { endSession, expireDue, nextDue, pairsOf, sandboxesOf } from '../../store/sessions-end.js';
import { domain, HOUR, operator } from './domain-fixture.js';

const DAY = 24 * HOUR;

t.test('a TTL ends the session, on the clock that runs out first', async (t) => {
  let boot = 0;
  let now = Date.UTC(2030, 0, 1);
  const v = await domain(t, { clock: { now: () => now, boot: () => boot, bootId: () => 'b' } });
  const { id } = v.session('dev', { ttl: HOUR });
  boot += HOUR - 1;
  now -= DAY;
  t.same(expireDue(v.context).sessions, []);
  t.equal(nextDue(v.context), now + 1, 'a wall clock that was set back does not help');
  boot += 1;
  t.same(expireDue(v.context), { sessions: [id], sandboxes: [] });
  t.match(v.sessions.get(operator, id), { state: 'ended', endReason: 'ttl' });
  t.match(v.audit('session.expire'), [{ caller: 'daemon', detail: { reason: 'ttl' } }]);
  t.same(expireDue(v.context).sessions, []);
});

t.test('idle time counts from the last use of the session or of a sandbox', async (t) => {
  const v = await domain(t);
  const { id } = v.session('dev', { idle: HOUR });
  const { sandbox } = v.box('dev');
  v.clock.advance(HOUR - 1);
  v.sandboxes.touch(sandbox.id);
  v.clock.advance(HOUR - 1);
  t.same(expireDue(v.context).sessions, []);
  t.equal(nextDue(v.context), v.clock.now() + 1);
  v.clock.advance(1);
  t.same(expireDue(v.context), { sessions: [id], sandboxes: [sandbox.id] });
  t.match(v.sessions.get(operator, id), { state: 'ended', endReason: 'idle' });
});

t.test('a sandbox that is never idle keeps its session', async (t) => {
  const v = await domain(t);
  v.session('dev', { idle: HOUR });
  const { sandbox } = v.box('dev', { idle: null });
  v.clock.advance(DAY);
  t.same(expireDue(v.context).sessions, []);
  t.equal(nextDue(v.context), null);
  v.sandboxes.end(operator, sandbox.id);
  v.clock.advance(HOUR - 1);
  t.same(expireDue(v.context).sessions, []);
  v.clock.advance(1);
  t.equal(expireDue(v.context).sessions.length, 1);
});

t.test('no idle time, no end', async (t) => {
  const v = await domain(t);
  v.session('dev', { idle: null });
  v.clock.advance(1000 * DAY);
  t.same(expireDue(v.context).sessions, []);
});

t.test('activations end with their own time or their secret’s', async (t) => {
  const v = await domain(t);
  v.add('LONG');
  v.add('SHORT');
  v.add('DUE', { expiresAt: v.clock.now() + 2 * HOUR });
  const { id } = v.session('dev');
  const { sandbox } = v.box('dev', { secrets: [{ name: 'LONG' }, { name: 'SHORT', ttl: HOUR }, { name: 'DUE' }] });
  t.equal(nextDue(v.context), v.clock.now() + HOUR);
  const generation = () => v.sessions.get(operator, id).generation;
  const before = generation();
  v.clock.advance(HOUR);
  t.same(Object.keys(v.given(sandbox.id)), ['DUE', 'LONG'], 'not given any more, even before anybody looked');
  t.same(expireDue(v.context), { sessions: [id], sandboxes: [] });
  t.equal(generation(), before + 1);
  t.match(v.audit('session.deactivate'), [{ caller: 'daemon', detail: { off: ['SHORT'], reason: 'expired' } }]);
  t.equal(nextDue(v.context), v.clock.now() + HOUR);
  v.clock.advance(HOUR);
  t.same(Object.keys(v.given(sandbox.id)), ['LONG']);
  t.same(expireDue(v.context).sessions, [id]);
  t.equal(generation(), before + 2);
});

t.test('it works while sealed', async (t) => {
  const v = await domain(t);
  v.session('dev', { ttl: HOUR });
  v.core.guard.seal(operator);
  v.clock.advance(HOUR);
  t.equal(expireDue(v.context).sessions.length, 1);
});

t.test('the end itself, and what it names', async (t) => {
  const v = await domain(t);
  const { id: secret } = v.add('KEY');
  const { id } = v.session('dev');
  v.sandboxes.end(operator, v.box('dev').sandbox.id);
  const { sandbox } = v.box('dev', { secrets: [{ name: 'KEY' }] });
  t.same(pairsOf(v.context, id), [{ session: id, secret }]);
  t.same(sandboxesOf(v.context, id), [sandbox.id]);
  v.context.write('test', () => endSession(v.context, id, 'token'));
  const ended = v.sessions.get(operator, id);
  t.match(ended, { endReason: 'token' });
  v.clock.advance(1);
  v.context.write('test', () => endSession(v.context, id, 'again'));
  t.same(v.sessions.get(operator, id), ended);
  t.same(pairsOf(v.context, id), []);
  t.same(sandboxesOf(v.context, id), [sandbox.id], 'what it ended, and nothing that had ended before');
});
