/** Takes Docker's framed streams apart, at the reader's pace; never looks at what the bytes mean. */

import type { Readable } from 'node:stream';
import { SandboxError } from '../errors.js';

/** A piece of output in the order in which it arrived. */
export interface OutputPart {
  stream: 'stdout' | 'stderr';
  data: Uint8Array;
  /** What this stream wrote right before is lost: the rest of a value may come first. */
  cut?: true;
}

const HEADER = 8;

/**
 * Parts of a stream in which each frame begins with 8 bytes: kind (1 stdout, 2 stderr, 3 the engine's own errors),
 * three zeros, length as big-endian number. Parts are handed on as they arrive, a frame may become several. Nothing
 * more is read while the reader is busy. A stream that ends inside a frame just ends.
 */
export async function* demux(source: Readable): AsyncGenerator<OutputPart, void, void> {
  const header = new Uint8Array(HEADER);
  let headerLength = 0;
  let stream: OutputPart['stream'] = 'stdout';
  let left = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const data = chunk.subarray(at, at + left);
        at += data.length;
        left -= data.length;
        yield { stream, data };
        continue;
      }
      const part = chunk.subarray(at, at + HEADER - headerLength);
      header.set(part, headerLength);
      headerLength += part.length;
      at += part.length;
      if (headerLength < HEADER) continue;
      headerLength = 0;
      stream = streamOf(header);
      left = new DataView(header.buffer).getUint32(4);
    }
  }
}

/** A stream without frames, as a container with a TTY has it: all of it is stdout. */
export async function* raw(source: Readable): AsyncGenerator<OutputPart, void, void> {
  for await (const data of source as AsyncIterable<Uint8Array>) if (data.length > 0) yield { stream: 'stdout', data };
}

function streamOf(header: Uint8Array): OutputPart['stream'] {
  const [kind, ...zeros] = header.subarray(0, 4);
  if (kind === undefined || kind < 1 || kind > 3 || zeros.some((byte) => byte !== 0))
    throw new SandboxError(
      'ENGINE_REFUSED',
      'Docker sent output that is not in its frame format. Nothing to do in Ampoule: check what lies between it and the engine (DOCKER_HOST).',
    );
  return kind === 1 ? 'stdout' : 'stderr';
}
