/** Every operation has its words. */

import t from 'tap';
import type { LedgerRow } from '../../../sandbox/index.js';
import { type Operation, printed, type Subject } from '../../../sandbox/reconcile/operations.js';

const row: LedgerRow = {
  id: 3,
  sandbox: 'sbx_1',
  role: 'current',
  dockerId: 'a',
  nonce: 'n',
  epoch: 1,
  generation: 1,
  resets: 0,
  pid: null,
  pidStart: null,
  bootId: null,
  imageDigest: null,
  envMac: 'm',
  holds: [],
};
const of: Subject = { row, id: 'a', name: 'box' };

t.test('in words', async (t) => {
  const cases: [Operation, string][] = [
    [{ do: 'adopt', row, id: 'a', name: 'box', cause: 'c' }, 'adopt box: c'],
    [{ do: 'end', row, cause: 'c' }, 'end row 3: c'],
    [{ do: 'recordStart', of, cause: 'c' }, 'record that box runs: c'],
    [{ do: 'recordStop', of, cause: 'c' }, 'record that box stands still: c'],
    [{ do: 'recordGeneration', of, epoch: 1, generation: 9, cause: 'c' }, 'record generation 1.9 for box: c'],
    [{ do: 'role', of, role: 'old', cause: 'c' }, 'call box old: c'],
    [{ do: 'unpause', of, cause: 'c' }, 'unpause box: c'],
    [{ do: 'stop', of, grace: 500, revoking: false, cause: 'c' }, 'stop box within 500 ms: c'],
    [{ do: 'stop', of, grace: 0, revoking: true, cause: 'c' }, 'kill box: c'],
    [{ do: 'remove', of, cause: 'c' }, 'remove box: c'],
    [{ do: 'removeStranger', id: 'x', name: 'other', cause: 'c' }, 'remove other, which has no row: c'],
    [{ do: 'removeVolume', volume: 'v', cause: 'c' }, 'remove volume v: c'],
    [{ do: 'choosePorts', cause: 'c' }, 'choose host ports: c'],
    [{ do: 'pull', image: 'i', cause: 'c' }, 'pull i: c'],
    [{ do: 'start', of, cause: 'c' }, 'start box: c'],
    [{ do: 'start', of: 'created', cause: 'c' }, 'start the new container: c'],
    [{ do: 'rename', of, name: 'other', cause: 'c' }, 'rename box to other: c'],
  ];
  for (const [operation, text] of cases) t.same(printed([operation]), [text]);
});

t.test('what a plan creates is called by its name', async (t) => {
  const create: Operation = { do: 'create', name: 'box-g2', role: 'next', image: 'i', reuse: row, cause: 'c' };
  t.same(printed([create, { do: 'start', of: 'created', cause: 'd' }]), [
    'create box-g2 for row 3: c',
    'start box-g2: d',
  ]);
});
