import t, { type Test } from 'tap';
import { makeDigests } from '../../../daemon/doctor/digests.js';
import { lookInto } from '../../../daemon/doctor/look.js';
import type { ExecRequest, ProcessSeen } from '../../../sandbox/index.js';
import { plain } from '../../store/domain-fixture.js';
import { operator, testVault } from '../vault-fixture.js';

interface Scene {
  /** What a new command has, and the file that its variable names. */
  environ?: Record<string, string>;
  file?: string;
  processes?: (Omit<ProcessSeen, 'variables'> & { key: string | null })[] | null;
  state?: string;
  delivery?: 'memory' | 'env';
  as?: 'env' | 'file';
}

async function looked(t: Test, scene: Scene) {
  const { vault, sandbox } = await testVault(t);
  vault.secrets.create(operator, { name: 'KEY', as: scene.as ?? 'env' }, plain('first'));
  const id = sandbox('box', ['KEY'], { delivery: scene.delivery ?? 'memory' });
  const { id: row } = vault.containers.intend({
    ...{ sandbox: id, role: 'current', nonce: 'aa', epoch: 1, generation: 1, envMac: 'x' },
    holds: [{ env: 'KEY', secret: vault.secrets.get(operator, 'KEY').id, version: 1 }],
  });
  vault.containers.created(row, 'd'.repeat(64), null);
  vault.containers.starting(row);
  vault.secrets.setValue(operator, 'KEY', plain('second'));
  const session = vault.sandboxes.get(operator, id).session;
  const [examined] = vault.diagnosis.examine(operator, session, { variable: 'KEY' }).examined;
  if (examined === undefined) throw new Error('it is there');
  const digests = makeDigests();
  t.teardown(() => digests.end());
  const exec = async (request: ExecRequest) => {
    const environ = Object.entries(scene.environ ?? {}).map(([name, value]) => `${name}=${value}\0`);
    const text = Array.isArray(request.command) ? environ.join('') : (scene.file ?? '');
    return {
      execId: request.execId,
      output: (async function* () {
        yield { stream: 'stdout' as const, data: Buffer.from(text) };
      })(),
      exit: Promise.resolve({ code: 0, tookMs: 1 }),
      end: async () => {},
    };
  };
  const facts = await lookInto(
    {
      vault,
      reconciler: {
        view: () => ({
          ...{ vacant: false, state: (scene.state ?? 'running') as 'running', containerId: null, imageDigest: null },
          ...{ epoch: 1, generation: examined.wanted.generation, startedAt: 0, exitCode: null },
        }),
      },
      delivery: () => ({
        exec,
        execs: () => [{ execId: 'exe_1', pid: 9, detached: true, tty: false, startedAt: 0 }],
      }),
      inspection: {
        imageVariables: async () => ['PATH', 'KEY', 'PARTNER'],
        processes: (_id, _names, measure) =>
          scene.processes === null
            ? null
            : (scene.processes ?? []).map(({ key, ...process }) => ({
                ...process,
                variables: new Map([['KEY', key === null ? null : measure(Buffer.from(key))]]),
              })),
      },
    },
    examined,
    { asked: 'KEY', beside: ['PARTNER', 'KEY'] },
    digests,
  );
  return facts;
}
const seen = (inside: number, origin: ProcessSeen['origin'], key: string | null) => ({
  ...{ pid: inside + 1000, inside, program: 'sh', origin, startedAt: 1, key },
});

t.test('a new command and every process, compared with each version that it was given', async (t) => {
  const facts = await looked(t, {
    environ: { KEY: 'second' },
    processes: [
      seen(7, 'leader', 'first'),
      seen(9, 'leader', 'second'),
      seen(11, 'inner', 'something else'),
      seen(12, 'entered', null),
    ],
  });
  const [key, partner] = facts.variables;
  t.match(facts, { name: 'box', state: 'running', sawProcesses: true, untried: null, delivery: 'memory' });
  t.match(key, {
    variable: 'KEY',
    secret: 'KEY',
    version: 2,
    fresh: { kind: 'right' },
    inImage: true,
    inOwn: false,
    file: null,
  });
  t.match(
    key?.processes.map(({ pid, place, exec, has }) => [pid, place, exec, has]),
    [
      [7, 'main', null, { kind: 'old', version: 1 }],
      [9, 'command', 'exe_1', { kind: 'right' }],
      [11, 'inner', null, { kind: 'other' }],
      [12, 'entered', null, { kind: 'absent' }],
    ],
  );
  t.match(partner, { variable: 'PARTNER', secret: null, fresh: { kind: 'unknown' }, inImage: true });
  t.equal(facts.variables.length, 2);
  t.notMatch(JSON.stringify(facts), /first|second|something/);
});

t.test('absent, another, and an earlier one', async (t) => {
  const fresh = async (environ: Record<string, string>) => (await looked(t, { environ })).variables[0]?.fresh;
  t.same(await fresh({}), { kind: 'absent' });
  t.same(await fresh({ KEY: 'other' }), { kind: 'other' });
  t.same(await fresh({ KEY: 'first' }), { kind: 'old', version: 1 });
});

t.test('files: the content counts, and the path is what a new command is told', async (t) => {
  const of = async (file: string) =>
    (await looked(t, { as: 'file', environ: { KEY: '/path' }, file, processes: [seen(7, 'leader', '/path')] }))
      .variables[0];
  t.match(await of('second'), { file: 'right', fresh: { kind: 'right' }, processes: [{ has: { kind: 'right' } }] });
  t.match(await of('first'), { file: 'other' });
});

t.test('what does not run, or cannot be seen, is unknown', async (t) => {
  t.match(await looked(t, { state: 'exited' }), {
    ...{ untried: 'it does not run', sawProcesses: false },
    variables: [{ fresh: { kind: 'unknown' }, processes: [] }, {}],
  });
  t.match(await looked(t, { processes: null, environ: { KEY: 'second' } }), { sawProcesses: false, untried: null });
});
