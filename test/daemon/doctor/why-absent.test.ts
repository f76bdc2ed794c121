import t, { type Test } from 'tap';
import type { Facts } from '../../../daemon/doctor/facts.js';
import { at, concerns, whyAbsent } from '../../../daemon/doctor/why-absent.js';
import type { Taken } from '../../../store/index.js';
import { claim, DAY, facts, NOW } from './sample-facts.js';

const off = (more: Parameters<typeof claim>[0] = {}) => claim({ active: false, activation: null, ...more });

function one(t: Test, given: Facts, cause: string, what: RegExp, command: string | null): void {
  const found = whyAbsent(given);
  t.match(found, [{ code: cause, what, command }], cause);
  t.equal(found.length, 1, `${cause} alone`);
}

t.test('all is well', async (t) => {
  t.same(whyAbsent(facts()), []);
  t.same(whyAbsent(facts({ variable: null })), []);
  t.equal(at(NOW), '2030-01-01 00:00:00 UTC');
});

t.test('one cause after the other', async (t) => {
  const ended = { ...facts().session, state: 'ended', endReason: 'ttl' } as const;
  one(t, facts({ session: ended }), 'SESSION_OVER', /ended \(ttl\)/, 'ampoule session new');
  const activate = 'ampoule activate TOKEN@work --session dev';
  one(t, facts({ claims: [off()] }), 'NOT_ACTIVE', /registered and not active in dev/, activate);
  one(t, facts({ claims: [off({ version: null })] }), 'NO_VALUE', /was destroyed/, 'ampoule secret set TOKEN@work');
  one(
    t,
    facts({ claims: [off({ expiresAt: NOW - 1 })] }),
    'SECRET_EXPIRED',
    /expired at/,
    'ampoule secret set TOKEN@work',
  );
  one(t, facts({ claims: [off({ leaked: true })] }), 'LEAKED', /got out/, 'ampoule secret set TOKEN@work');
  const lapsed = { by: 'operator:ada', at: NOW - DAY, request: null, until: null, lapsedAt: NOW - 5 };
  one(
    t,
    facts({ claims: [off({ activation: lapsed })] }),
    'LAPSED',
    /last sandbox of dev ended or was reset/,
    activate,
  );
  const taken = (reason: string): Taken => ({ at: NOW - 5, reason, by: 'agent:helper' });
  one(t, facts({ claims: [off({ taken: taken('expired') })] }), 'ACTIVATION_OVER', /ran out/, activate);
  one(t, facts({ claims: [off({ taken: taken('deactivated') })] }), 'TAKEN_AWAY', /by agent:helper/, activate);
  one(
    t,
    facts({ claims: [off({ elsewhere: ['a', 'b'] })] }),
    'ACTIVE_ELSEWHERE',
    /active in a, b, and not in dev/,
    activate,
  );
  const across = 'ampoule activate TOKEN@work --across-environments --session dev';
  one(
    t,
    facts({ claims: [off({ environment: 'staging' })] }),
    'OTHER_ENVIRONMENT',
    /belongs to staging.*has none/,
    across,
  );
});

t.test('not registered: near names, and the provider that has it', async (t) => {
  const known = ['GITHUB_TOKEN', 'GITLAB_TOKEN', 'AWS_REGION'].map((name) => ({
    ...{ name: `${name}@work`, variable: name, provider: null, account: 'work', environment: null, active: false },
  }));
  const given = facts({ claims: [], known, variable: 'GITHUB_TOKN', providers: [] });
  one(t, given, 'NOT_REGISTERED', /Did you mean GITHUB_TOKEN@work\?/, 'ampoule secret add GITHUB_TOKN');
  const other = facts({ claims: [], known, variable: 'STRIPE_SECRET_KEY', providers: ['stripe'] });
  one(t, other, 'NOT_REGISTERED', /no|No/, 'ampoule secret add STRIPE_SECRET_KEY --provider stripe');
  t.notMatch(whyAbsent(other)[0]?.what, /Did you mean/);
});

t.test('active, and not where it is looked for', async (t) => {
  const rename = 'ampoule activate TOKEN@work --as TOKEN --session dev';
  const renamed = claim({ variable: 'TOKEN_2' });
  one(t, facts({ claims: [renamed] }), 'OTHER_NAME', /In box, TOKEN@work is TOKEN_2, not TOKEN/, rename);
  one(t, facts({ claims: [{ ...renamed, sandboxes: [] }] }), 'OTHER_NAME', /active as TOKEN_2/, rename);
  const own = claim({ sandboxes: [{ id: 'sbx_1', name: 'box', variable: 'MINE', also: [] }] });
  one(t, facts({ claims: [own] }), 'OTHER_NAME', /is MINE/, 'ampoule sandbox run --session dev');
  const outside = claim({ sandboxes: [{ id: 'sbx_1', name: 'box', variable: null, also: [] }] });
  one(
    t,
    facts({ claims: [outside] }),
    'OUTSIDE_CEILING',
    /box may not have it/,
    'ampoule sandbox run --session dev --only TOKEN@work',
  );
});

t.test('another secret that has it is enough, and so is one that it follows', async (t) => {
  const second = off({ name: 'TOKEN@home', secret: 'sec_2' });
  t.same(whyAbsent(facts({ claims: [claim(), second] })), []);
  const leader = claim({ env: 'GITHUB_TOKEN', followers: ['GH_TOKEN'] });
  const there = {
    ...leader,
    sandboxes: [{ id: 'sbx_1' as const, name: 'box', variable: 'GITHUB_TOKEN', also: ['GH_TOKEN'] }],
  };
  t.same(whyAbsent(facts({ variable: 'GH_TOKEN', claims: [there] })), []);
  t.same(whyAbsent(facts({ variable: 'GH_TOKEN', claims: [{ ...leader, sandboxes: [] }] })), []);
  t.ok(concerns(leader, 'GH_TOKEN'));
  t.notOk(concerns(leader, 'TOKEN'));
  const inactive = { ...leader, active: false, activation: null, sandboxes: [] };
  one(
    t,
    facts({ variable: 'GH_TOKEN', claims: [inactive] }),
    'NOT_ACTIVE',
    /not active/,
    'ampoule activate GITHUB_TOKEN@work --session dev',
  );
});

t.test('the session as a whole', async (t) => {
  const none = facts({ variable: null, claims: [] });
  one(t, none, 'NOTHING_ACTIVE', /Nothing is active in dev/, 'ampoule secrets --session dev');
  one(t, facts({ variable: null, sandboxes: [] }), 'NO_SANDBOX', /has no sandbox/, 'ampoule sandbox run --session dev');
});
