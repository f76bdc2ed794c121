import t from 'tap';
import { UsageQuery } from '../../../../daemon/http/schemas/usage.js';
import { wrongIn } from './fits.js';

t.test('which part of a history', async (t) => {
  t.same(wrongIn(UsageQuery, { version: 1, since: '2030-01-01T00:00:00Z', format: 'csv' }), []);
  t.ok(wrongIn(UsageQuery, { version: 0 }).length > 0);
  t.ok(wrongIn(UsageQuery, { format: 'xml' }).length > 0);
});
