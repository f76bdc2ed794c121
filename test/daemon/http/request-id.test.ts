/** Names of requests: ULIDs, unlike each other and in order, also when the drawn bytes run out. */

import t from 'tap';
import { requestIds } from '../../../daemon/http/request-id.js';

t.test('each is a ULID of its own, and greater than the one before', async (t) => {
  const next = requestIds();
  const ids = Array.from({ length: 2000 }, () => next());
  for (const id of ids) if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) t.fail(`${id} is no ULID`);
  t.equal(new Set(ids).size, ids.length);
  t.same(ids, [...ids].sort());
});

t.test('two makers give different ones', async (t) => {
  const [one, two] = [requestIds(), requestIds()];
  t.not(one().slice(10), two().slice(10));
});
