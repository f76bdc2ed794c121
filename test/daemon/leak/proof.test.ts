/** What a proof says where the daemon sees everything, something, or nothing. */

import t from 'tap';
import { type ProofParts, proves } from '../../../daemon/leak/proof.js';
import type { ContainerRow } from '../../../store/index.js';

const CONTAINER = 'c'.repeat(64);

function parts(more: Partial<ProofParts> = {}, row: Partial<ContainerRow> = {}, delivery = 'memory') {
  const value = Buffer.from('the value');
  const searched: { files: readonly string[]; values: string[] }[] = [];
  const rows = [
    { dockerId: CONTAINER, sandbox: 'sbx_1', pid: 7, pidStart: '1', ...row },
    { dockerId: null, pid: null },
  ];
  const all = {
    vault: {
      containers: { open: () => rows },
      leaks: { values: () => [{ version: 1, open: () => value }] },
      sandboxes: { get: () => ({ name: 'box', delivery }) },
    },
    search: (containers: ReadonlySet<string>, values: readonly Uint8Array[], files: readonly string[]) => {
      searched.push({ files, values: values.map((one) => Buffer.from(one).toString()) });
      return { processes: 3, unreadable: 0, holders: [], containers: new Set(containers), leftOut: [] };
    },
    root: true,
    ...more,
  } as unknown as ProofParts;
  return { prove: proves(all), searched, value };
}
const secret = { id: 'sec_1' as const, as: 'env' as const, path: null };

t.test('all processes of our containers, and the value is wiped', async (t) => {
  const { prove, searched, value } = parts();
  const proof = prove(secret);
  t.match(proof, { processes: 3, holders: [] });
  t.equal(proof.cannotSee.length, 1, 'copies elsewhere');
  t.same(searched, [{ files: ['/.ampoule/files'], values: ['the value'] }]);
  t.ok(value.every((byte) => byte === 0));
  prove({ ...secret, as: 'file', path: '/run/secrets/x' });
  t.same(searched[1]?.files, ['/.ampoule/files', '/run/secrets/x']);
});

t.test('a holder is named with its sandbox', async (t) => {
  const holder = { container: CONTAINER, pid: 9, program: 'sh', in: 'environment' as const };
  const leftOut = [{ container: CONTAINER, path: '/run/x\n', reason: 'a link' }];
  const search = () => ({ processes: 3, unreadable: 2, holders: [holder], containers: new Set([CONTAINER]), leftOut });
  const proof = parts({ search }).prove(secret);
  t.match(proof, {
    holders: [{ ...holder, sandbox: 'box' }],
    cannotSee: [/Copies/, /2 processes/, /Files .*: "\/run\/x\\n" in box \(a link\)\.$/],
  });
});

t.test('what it cannot see, it says', async (t) => {
  const blind = parts({ root: false });
  t.match(blind.prove(secret), { processes: 0, cannotSee: [/Copies/, /not root/] });
  t.same(blind.searched, []);
  t.match(parts({}, { pidStart: null }).prove(secret).cannotSee, [/Copies/, /Processes of box.*pid: host/]);
  t.match(parts({}, {}, 'env').prove(secret).cannotSee, [/Copies/, /delivery env \(box\)/]);
  const open = () => {
    throw new Error('sealed');
  };
  const vault = { containers: { open: () => [] }, leaks: { values: () => [{ version: 1, open }] }, sandboxes: {} };
  const { prove } = parts({ vault: vault as never });
  t.match(prove(secret), { processes: 0, cannotSee: [/Copies/, /1 of 1 versions.*ampoule vault unseal/] });
});

t.test('a value that is too short is not searched for, and that is said', async (t) => {
  const short = Buffer.from('seven77');
  const long = Buffer.from('eight888');
  const versions = [short, long].map((value, at) => ({ version: at + 1, open: () => value }));
  const leaks = { values: () => versions };
  const vault = { containers: { open: () => [] }, leaks, sandboxes: {} };
  const { prove, searched } = parts({ vault: vault as never });
  t.match(prove(secret).cannotSee, [/Copies/, /1 of 2 versions, whose value is too short to be searched for/]);
  t.same(searched[0]?.values, ['eight888']);
  for (const value of [short, long]) t.ok(value.every((byte) => byte === 0));
  versions.pop();
  t.equal(prove(secret).processes, 0, 'nothing was compared');
});
