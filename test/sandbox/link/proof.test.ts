/** Proofs of a key. */

import t from 'tap';
import { proof, sameProof } from '../../../sandbox/link/proof.js';

t.test('who, both challenges and the key decide', async (t) => {
  const key = Buffer.alloc(32, 1);
  const challenges = { init: Buffer.alloc(16, 2), daemon: Buffer.alloc(16, 3) };
  const one = proof(key, 'daemon', challenges);
  // As Python's hmac has it.
  t.equal(one.toString('hex'), 'f331ffaa1e9fafe12b77886942091d396bd958f905de65c3badd15174303eb12');
  t.equal(sameProof(one, proof(key, 'daemon', challenges)), true);
  const others = [
    proof(key, 'init', challenges),
    proof(Buffer.alloc(32, 9), 'daemon', challenges),
    proof(key, 'daemon', { init: challenges.daemon, daemon: challenges.init }),
    one.subarray(1),
  ];
  for (const other of others) t.equal(sameProof(one, other), false);
});
