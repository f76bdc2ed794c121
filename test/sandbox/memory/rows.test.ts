/** Rows without values, as plans see them. */

import t from 'tap';
import { bare, withoutValues } from '../../../sandbox/memory/rows.js';
import { memoryLedger } from '../memory-ledger.js';
import { held, wishOf } from '../wishes.js';

t.test('plans see no values and no old generation; the ledger keeps both', async (t) => {
  const ledger = memoryLedger('vlt_01');
  const holds = [{ env: 'A', secret: 'sec_A', version: 1 }];
  const row = ledger.intend({ sandbox: 'sbx_01', role: 'current', epoch: 1, generation: 1, envMac: 'm', holds });
  const wish = wishOf({ generation: 5, values: [held('A')] });
  t.same(bare(wish).values, []);
  t.match(
    withoutValues(ledger, wish).rows('sbx_01'),
    [{ generation: 1, holds: [] }],
    'labels of an unfinished one stay',
  );
  ledger.created(row.id, 'docker', null);
  const view = withoutValues(ledger, wish);
  t.match(view.rows('sbx_01'), [{ epoch: 1, generation: 5, holds: [] }]);
  view.generation(row.id, 1, 5);
  t.match(ledger.rows('sbx_01'), [{ generation: 1, holds }]);
  const removing = withoutValues(ledger, wishOf({ goal: 'removed' }));
  t.match(removing.rows('sbx_01'), [{ holds }], 'what goes for good is taken away in time');
  view.stopped(row.id);
  t.match(ledger.rows('sbx_01'), [{ generation: 1, pid: null, holds: [] }], 'what stands still holds nothing');
  t.same(ledger.calls.slice(-2), ['stopped 1', 'delivered 1 1 ']);
  view.stopped(row.id);
  t.equal(ledger.calls.at(-1), 'stopped 1');
});
