import t from 'tap';
import { sealedLines } from '../../daemon/sealed-start.js';

t.test('how many leases run out, and until when', async (t) => {
  t.match(sealedLines({ leased: 0, longestLease: 0 }, 0), [/^The vault is sealed.*`ampoule vault unseal`/]);
  t.equal(sealedLines({ leased: 0, longestLease: 0 }, 0).length, 1);
  t.match(
    sealedLines({ leased: 1, longestLease: 30_000 }, 0)[1],
    /^1 sandbox holds .*lease.*1970-01-01T00:00:30\.000Z/,
  );
  t.match(sealedLines({ leased: 2, longestLease: 1_000 }, 0)[1], /^2 sandboxes hold /);
});
