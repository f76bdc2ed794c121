/** Makes sure that a connection is from an init that has our key, and lets it make sure of us; sends nothing else. */

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { proofFrame, to } from './frames.js';
import { proof, sameProof } from './proof.js';
import { FrameSplitter } from './split.js';

/** Bytes of its frame, at most. */
const LONGEST = 64;

/**
 * Answers the challenge of a RESUME and checks the init's own proof. The connection is paused afterwards, with what came
 * behind the proof still to be read. `closed`: it went away meanwhile.
 */
export function knownAgain(
  socket: Socket,
  challenge: Uint8Array,
  key: Uint8Array,
): Promise<'known' | 'bad_proof' | 'malformed' | 'closed'> {
  const own = randomBytes(16);
  const challenges = { init: Buffer.from(challenge), daemon: own };
  // Found at once: the key may be wiped while the other side thinks.
  const expected = proof(key, 'init', challenges);
  socket.write(to.challenge(own, proof(key, 'daemon', challenges)));
  const splitter = new FrameSplitter(LONGEST);
  return new Promise((resolve) => {
    const settle = (answer: 'known' | 'bad_proof' | 'malformed' | 'closed') => {
      socket.pause();
      socket.removeListener('data', read);
      socket.removeListener('close', closed);
      resolve(answer);
    };
    const closed = () => settle('closed');
    const read = (chunk: Buffer) => {
      try {
        const next = splitter.push(chunk).next();
        if (next.done) return;
        const fits = sameProof(proofFrame(next.value), expected);
        settle(fits ? 'known' : 'bad_proof');
        const rest = splitter.rest();
        if (rest.length > 0) socket.unshift(rest);
      } catch {
        settle('malformed');
      }
    };
    socket.once('close', closed);
    socket.on('data', read);
    socket.resume();
  });
}
