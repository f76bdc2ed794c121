import t from 'tap';
import { claimOf, standing, wants } from '../../store/claims.js';
import type { Claim } from '../../store/diagnosis-types.js';
import { expireDue } from '../../store/sessions-end.js';
import type { Caller } from '../../store/types.js';
import { agentOf, type Domain, domain, HOUR, launcherWith, operator } from './domain-fixture.js';

function claim(v: Domain, name: string, caller: Caller = operator, session = 'dev'): Claim {
  const found = v.sessions.get(operator, session);
  const live = v.sandboxes.list(operator, { session: found.id, state: 'live' }).items;
  const sandboxes = live.map((sandbox) => ({ sandbox, given: v.sandboxes.wanted(sandbox.id)?.values ?? [] }));
  const one = standing(v.context, caller, found).find(({ secret }) => secret.name === name);
  if (one === undefined) throw new Error(`${name} is not to be seen`);
  return claimOf(v.context, caller, found, one, sandboxes);
}

t.test('how it stands, and how that came about', async (t) => {
  const v = await domain(t);
  v.add('KEY@work', { provider: 'github' });
  v.session('dev');
  t.match(claim(v, 'KEY@work'), {
    active: false,
    activation: null,
    taken: null,
    open: null,
    version: 1,
    elsewhere: [],
  });

  const at = v.clock.now();
  v.activations.activate(operator, 'dev', [{ name: 'KEY@work', as: 'OTHER', ttl: HOUR }], { requestId: 'req_1' });
  const on = claim(v, 'KEY@work');
  t.match(on, { active: true, env: 'KEY', variable: 'OTHER', taken: null, versionAt: at });
  t.same(on.activation, { by: 'operator:test', at, request: 'req_1', until: at + HOUR, lapsedAt: null });
  t.same(Buffer.from(on.open?.() ?? []).toString(), 'key@work', 'an active one can be opened');

  v.clock.advance(5);
  v.activations.deactivate(agentOf(v.sessions.get(operator, 'dev').id), 'dev', { names: ['KEY@work'] });
  v.add('LATER');
  v.activations.activate(operator, 'dev', [{ name: 'LATER' }]);
  v.activations.deactivate(operator, 'dev', { names: ['LATER'] });
  const off = claim(v, 'KEY@work');
  t.match(off, { active: false, activation: null, open: null, variable: 'KEY' });
  t.same(off.taken, { at: at + 5, reason: 'deactivated', by: 'agent:agent' }, 'by whom this one was taken away');

  v.activations.activate(operator, 'dev', [{ name: 'KEY@work', ttl: HOUR }]);
  v.clock.advance(HOUR);
  expireDue(v.context);
  t.match(claim(v, 'KEY@work').taken, { reason: 'expired', by: 'daemon' });

  v.activations.activate(operator, 'dev', [{ name: 'KEY@work' }]);
  const { sandbox } = v.box('dev');
  v.clock.advance(1);
  v.sandboxes.end(operator, sandbox.id);
  const lapsed = claim(v, 'KEY@work');
  t.match(lapsed, { active: false, taken: null, open: null });
  t.equal(lapsed.activation?.lapsedAt, v.clock.now());
});

t.test('its variable in each sandbox, within the ceiling', async (t) => {
  const v = await domain(t);
  v.add('KEY@work', { provider: 'github' });
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY@work' }]);
  const names: [string, object][] = [
    ['a-whole', {}],
    ['b-own', { as: { 'KEY@work': 'MINE' } }],
    ['c-out', { only: ['aws'] }],
  ];
  for (const [name, more] of names) v.box('dev', { name, ...more });
  t.same(
    claim(v, 'KEY@work')
      .sandboxes.map(({ name, variable }) => [name, variable])
      .sort(),
    [
      ['a-whole', 'KEY'],
      ['b-own', 'MINE'],
      ['c-out', null],
    ],
  );
  const dev = v.sessions.get(operator, 'dev');
  const sandboxes = v.sandboxes.list(operator, { session: dev.id, state: 'live' }).items;
  const [one] = standing(v.context, operator, dev);
  if (one === undefined) throw new Error('it is registered');
  for (const variable of ['KEY', 'MINE']) t.ok(wants(variable, one, sandboxes), variable);
  t.notOk(wants('OTHER', one, sandboxes));
  t.notOk(wants('MINE', one, []), 'own names count where their sandbox does');
});

t.test('variables that follow, where they are free', async (t) => {
  const v = await domain(t);
  v.add('GITHUB_TOKEN', { followers: ['GH_TOKEN'] });
  v.add('GH_TOKEN');
  const dev = v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'GITHUB_TOKEN' }]);
  v.box('dev', { name: 'box' });
  t.match(claim(v, 'GITHUB_TOKEN'), {
    followers: ['GH_TOKEN'],
    sandboxes: [{ variable: 'GITHUB_TOKEN', also: ['GH_TOKEN'] }],
  });
  const names = () =>
    standing(v.context, operator, dev)
      .filter((one) => wants('GH_TOKEN', one, []))
      .map(({ secret }) => secret.name);
  t.same(names(), ['GH_TOKEN', 'GITHUB_TOKEN']);
  v.activations.activate(operator, 'dev', [{ name: 'GH_TOKEN' }]);
  t.match(claim(v, 'GITHUB_TOKEN'), { sandboxes: [{ variable: 'GITHUB_TOKEN', also: [] }] });
  v.activations.activate(operator, 'dev', [{ name: 'GITHUB_TOKEN', as: 'OTHER' }]);
  t.same(names(), ['GH_TOKEN'], 'under another name it has no followers');
});

t.test('nobody learns of what is not theirs', async (t) => {
  const v = await domain(t);
  v.add('KEY@work', { provider: 'github' });
  v.add('AWS_KEY', { provider: 'aws' });
  const dev = v.session('dev');
  const launcher = launcherWith({ secrets: ['github'] });
  v.sessions.create(launcher, { name: 'theirs' });
  v.session('other');
  for (const session of ['theirs', 'other', 'dev']) v.activations.activate(operator, session, [{ name: 'KEY@work' }]);
  t.same(claim(v, 'KEY@work').elsewhere, ['other', 'theirs']);
  t.same(claim(v, 'KEY@work', launcher).elsewhere, ['theirs']);
  t.same(claim(v, 'KEY@work', agentOf(dev.id)).elsewhere, []);
  const seen = (caller: Caller) => standing(v.context, caller, dev).map(({ secret }) => secret.name);
  t.same(seen(operator), ['AWS_KEY', 'KEY@work']);
  t.same(seen(launcher), ['KEY@work'], 'a launcher sees what it may activate');
  v.activations.activate(operator, 'dev', [{ name: 'AWS_KEY' }]);
  t.same(seen(launcher), ['AWS_KEY', 'KEY@work'], 'and what is there');
});

t.test('what got out, and what a connection keeps fresh', async (t) => {
  const v = await domain(t);
  v.add('KEY');
  v.session('dev');
  const claims = () => v.diagnosis.examine(operator, 'dev', { variable: 'KEY' }).claims;
  t.match(claims(), [{ leaked: false, connection: null }]);
  v.leaks.report(operator, 'KEY', 'pushed');
  t.match(claims(), [{ leaked: true }]);
});
