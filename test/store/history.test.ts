import t from 'tap';
import { makeHistory } from '../../store/history.js';
import { domain, HOUR, operator } from './domain-fixture.js';

const count = (v: Awaited<ReturnType<typeof domain>>, table: string) =>
  (v.core.db.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count;

t.test('what ended long ago goes, in steps; what lasts and the audit stay', async (t) => {
  const v = await domain(t);
  const history = makeHistory(v.context);
  const { id: secret } = v.add('KEY');
  v.session('dev');
  v.activations.activate(operator, 'dev', [{ name: 'KEY' }]);
  const box = v.box('dev').sandbox;
  const holds = [{ env: 'KEY', secret, version: 1 }];
  const made = (nonce: string) => {
    const row = v.containers.intend({
      ...{ sandbox: box.id, role: 'current', nonce: nonce.repeat(32), epoch: 1, generation: 1, envMac: 'm', holds },
    });
    v.containers.starting(row.id);
    return row;
  };
  const old = made('a');
  const holder = { container: old.id, kind: 'command', pid: 7, program: 'sh', holds, since: v.clock.now() } as const;
  v.containers.holders(Array.from({ length: 700 }, (_, n) => ({ event: 'began', holder: `exe_${n}`, ...holder })));
  const { command } = v.localCommands.begin(operator, 'dev', {
    host: 'laptop',
    command: 'x',
    masked: (_, words) => [...words],
  });
  v.localCommands.end(operator, 'dev', command.id);
  v.localCommands.begin(operator, 'dev', { host: 'laptop', command: 'still runs', masked: (_, words) => [...words] });
  v.containers.ended(old.id);
  v.clock.advance(HOUR);
  const lasting = made('b');
  const audit = count(v, 'audit');

  t.equal(history.erase(v.clock.now() - HOUR), 0, 'nothing ended before that');
  t.equal(count(v, 'audit'), audit, 'and nothing is said of nothing');
  const before = v.clock.now();
  t.equal(history.erase(before), 501, '500 holders, a local command');
  t.equal(history.erase(before), 200, 'the other holders');
  t.equal(history.erase(before), 0);
  t.same([count(v, 'exposure'), count(v, 'holder'), count(v, 'container'), count(v, 'localCommand')], [2, 0, 2, 1]);
  t.match(
    v.sandboxes.held(box.id),
    [{ name: 'KEY', version: 1 }],
    'what a live sandbox had is known as long as it lives',
  );
  t.equal(count(v, 'audit'), audit + 2);
  t.match(v.audit('history.erase').at(-1), { caller: 'daemon', detail: { exposures: 0, holders: 500, containers: 0 } });
  t.equal(v.core.audit.verify(operator).ok, true);

  v.sessions.end(operator, 'dev');
  v.containers.ended(lasting.id);
  v.clock.advance(HOUR);
  t.equal(history.erase(v.clock.now()), 5, 'a local command whose end is unknown counts from the end of its session');
  t.same([count(v, 'exposure'), count(v, 'container')], [0, 0]);
  t.equal(count(v, 'localCommand'), 0);
});
