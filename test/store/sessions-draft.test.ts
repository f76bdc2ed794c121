import t from 'tap';
import { DEFAULT_IDLE, differing, draftSession, settingsOf } from '../../store/sessions-draft.js';
import { codeOf, daemon, domain, HOUR, operator } from './domain-fixture.js';

t.test('defaults', async (t) => {
  const defaults = {
    environment: null,
    ttl: null,
    idle: DEFAULT_IDLE,
    onResume: 'require-activation',
    delivery: 'auto',
  };
  t.same(settingsOf({}), defaults);
  t.same(settingsOf({ idle: null }).idle, null);
});

t.test('what cannot be', async (t) => {
  t.equal(
    codeOf(() => settingsOf({ environment: 'Prod' })),
    'INVALID_INPUT',
  );
  t.equal(
    codeOf(() => settingsOf({ ttl: 0 })),
    'INVALID_INPUT',
  );
  t.equal(
    codeOf(() => settingsOf({ idle: -1 })),
    'INVALID_INPUT',
  );
  t.equal(settingsOf({ delivery: 'memory' }).delivery, 'memory');
});

t.test('a draft is live, its caller’s, and called by its id when it is given no name', async (t) => {
  const v = await domain(t);
  const draft = draftSession(v.context, operator, { ttl: HOUR });
  t.match(draft, { state: 'live', owner: 'tok_TEST', name: draft.id, generation: 1, until: v.clock.now() + HOUR });
  t.match(draft, { untilBoot: v.clock.boot() + HOUR, bootId: 'boot-1' });
  t.equal(draftSession(v.context, daemon, { name: 'dev' }).owner, null);
  t.equal(
    codeOf(() => draftSession(v.context, operator, { name: 'aws' })),
    'NAME_RESERVED',
  );
});

t.test('differences are named', async (t) => {
  t.same(differing(settingsOf({}), settingsOf({ idle: DEFAULT_IDLE })), []);
  t.same(differing(settingsOf({ ttl: 1, environment: 'a' }), settingsOf({ idle: null })), [
    'environment',
    'ttl',
    'idle',
  ]);
});
