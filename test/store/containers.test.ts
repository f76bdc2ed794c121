import t from 'tap';
import { codeOf, domain, HOUR, operator, plain } from './domain-fixture.js';

async function one(t: Parameters<typeof domain>[0]) {
  const v = await domain(t);
  const { id: secret } = v.add('KEY');
  const { sandbox, session } = v.box({ name: 'dev' }, { secrets: [{ name: 'KEY' }] });
  const holds = [{ env: 'KEY', secret, version: 1 }];
  const intend = (nonce: string, generation = 2) =>
    v.containers.intend({ sandbox: sandbox.id, role: 'next', nonce, epoch: 1, generation, envMac: 'mac', holds });
  return { v, secret, sandbox, session, holds, intend };
}

t.test('from intended to ended', async (t) => {
  const { v, sandbox, holds, intend } = await one(t);
  const row = intend('aa');
  t.match(row, { sandbox: sandbox.id, role: 'next', dockerId: null, nonce: 'aa', generation: 2, holds, endedAt: null });
  v.containers.created(row.id, 'docker1', 'sha256:x');
  v.containers.starting(row.id);
  v.containers.started(row.id, { pid: 42, pidStart: '1234', bootId: 'b' });
  v.containers.role(row.id, 'current');
  t.match(v.containers.of(sandbox.id), [
    {
      id: row.id,
      role: 'current',
      dockerId: 'docker1',
      imageDigest: 'sha256:x',
      pid: 42,
      pidStart: '1234',
      bootId: 'b',
    },
  ]);
  v.containers.stopped(row.id);
  t.match(v.containers.of(sandbox.id), [{ pid: null, pidStart: null, dockerId: 'docker1' }]);
  v.containers.ended(row.id);
  t.same(v.containers.of(sandbox.id), []);
  t.same(v.containers.open(), []);
  t.match(v.audit('container.create'), [{ caller: 'daemon', target: sandbox.id, detail: { role: 'next', holds } }]);
  t.match(v.audit('container.start'), [{ detail: { dockerId: 'docker1' } }]);
});

t.test('a nonce is used once', async (t) => {
  const { intend } = await one(t);
  intend('aa');
  t.throws(() => intend('aa'), /UNIQUE/);
});

t.test('the generation only grows', async (t) => {
  const { v, sandbox, intend } = await one(t);
  const { id } = intend('aa', 5);
  const at = () => v.containers.of(sandbox.id).map(({ epoch, generation }) => [epoch, generation]);
  v.containers.generation(id, 1, 4);
  t.same(at(), [[1, 5]]);
  v.containers.generation(id, 1, 6);
  t.same(at(), [[1, 6]]);
  v.containers.generation(id, 2, 1);
  t.same(at(), [[2, 1]], 'a restore counts more');
  v.containers.generation(id, 1, 9);
  t.same(at(), [[2, 1]]);
});

t.test('exposures are open from before the start until the container is seen stopped', async (t) => {
  const { v, secret, sandbox, session, intend } = await one(t);
  const { id } = intend('aa');
  t.same(v.containers.exposures({}), [], 'nothing is held yet');
  const since = v.clock.now();
  v.containers.starting(id);
  v.clock.advance(HOUR);
  v.containers.starting(id);
  const held = { secret, version: 1, session: session.id, sandbox: sandbox.id, container: id, env: 'KEY' };
  const first = { ...held, confirmedBy: 'operator:test', since, until: null };
  t.same(v.containers.exposures({}), [first], 'a start that is tried again is one exposure');
  v.containers.stopped(id);
  const until = v.clock.now();
  v.clock.advance(1);
  v.containers.starting(id);
  const second = { ...first, since: v.clock.now() };
  t.same(v.containers.exposures({ secret: 'KEY' }), [{ ...first, until }, second]);
  v.clock.advance(1);
  v.containers.ended(id);
  t.same(v.containers.exposures({ sandbox: sandbox.id }), [
    { ...first, until },
    { ...second, until: v.clock.now() },
  ]);
  t.same(v.containers.exposures({ secret: 'OTHER' }), []);
});

t.test('the history outlives its secret', async (t) => {
  const { v, secret, intend } = await one(t);
  v.containers.starting(intend('aa').id);
  v.secrets.setValue(operator, 'KEY', plain('two'));
  v.secrets.delete(operator, 'KEY', { force: true });
  t.match(v.containers.exposures({ secret }), [{ version: 1, env: 'KEY' }]);
  t.equal(
    codeOf(() => v.secrets.get(operator, 'KEY')),
    'SECRET_NOT_FOUND',
  );
});

t.test('what goes to a running container is held from before it goes, until it is said to be gone', async (t) => {
  const { v, secret, sandbox, holds } = await one(t);
  const row = { sandbox: sandbox.id, role: 'current', epoch: 1, envMac: 'mac' } as const;
  const { id } = v.containers.intend({ ...row, nonce: 'aa', generation: 2, holds: [] });
  v.containers.starting(id);
  const open = () => v.containers.exposures({}).filter(({ until }) => until === null);
  t.same(open(), [], 'it is started without anything');
  v.containers.delivering(id, holds);
  t.match(open(), [{ secret, version: 1, confirmedBy: 'operator:test' }]);
  t.match(v.containers.of(sandbox.id), [{ holds, generation: 2 }], 'and is not said to have it yet');
  t.match(v.audit('container.deliver'), [{ target: sandbox.id, detail: { holds } }]);
  v.containers.delivered(id, { epoch: 1, generation: 3 }, holds);
  t.match(v.containers.of(sandbox.id), [{ holds, generation: 3 }]);

  const rotated = [{ env: 'KEY', secret, version: 2 }];
  v.containers.delivering(id, [...holds, ...rotated]);
  t.match(open(), [{ version: 1 }, { version: 2 }], 'both while the older one may still be held');
  t.match(v.audit('container.deliver')[0]?.detail, { holds: rotated }, 'the entry names what is new');
  v.containers.delivered(id, { epoch: 1, generation: 4 }, rotated);
  t.match(open(), [{ version: 2 }]);
  v.containers.delivering(id, rotated);
  t.equal(v.audit('container.deliver').length, 2, 'what it has already is not delivered again');
  v.containers.delivered(id, { epoch: 1, generation: 1 }, []);
  t.match(v.containers.of(sandbox.id), [{ holds: [], generation: 4 }], 'the generation only grows');
  t.same(open(), []);
});

t.test('several deliveries are one transaction: all of it, or nothing', async (t) => {
  const { v, holds, intend } = await one(t);
  const rows = [intend('aa'), intend('ab')];
  for (const { id } of rows) v.containers.starting(id);
  const none = (id: number) => () => v.containers.delivered(id, { epoch: 1, generation: 3 }, []);
  const lost = () => v.containers.delivered(4711, { epoch: 1, generation: 3 }, []);
  t.throws(() => v.containers.together([...rows.map(({ id }) => none(id)), lost]), /no container row/);
  t.match(
    v.containers.open().map((row) => row.holds),
    [holds, holds],
  );
  v.containers.together(rows.map(({ id }) => none(id)));
  t.match(
    v.containers.open().map((row) => row.generation),
    [3, 3],
  );
  t.same(
    v.containers.open().flatMap((row) => row.holds),
    [],
  );
});
