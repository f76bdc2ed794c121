/** Knocks at the sockets of inits as somebody who has no business there: its own few frames, and what comes back. Trusts no codec. */

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { TestDaemon } from '../engine/daemon.js';

const TYPE = { hello: 0x01, resume: 0x02, stream: 0x03, challenge: 0x10, proof: 0x11, goodbye: 0x13 } as const;

function frame(type: number, ...parts: Uint8Array[]): Buffer {
  const payload = Buffer.concat([Buffer.from([type]), ...parts]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(payload.length);
  return Buffer.concat([length, payload]);
}

function greeting(): Buffer {
  const build = Buffer.from('intruder');
  return Buffer.concat([Buffer.from([1, 0, 1, 0, build.length, 0, 0, 0]), build]);
}

/** What an intruder may send; each list is sent one after the other, each once something came back. */
export const WORDS = {
  hello: () => [frame(TYPE.hello, greeting())],
  resume: () => [frame(TYPE.resume, greeting(), randomBytes(16)), frame(TYPE.proof, randomBytes(32))],
  stream: (token: Uint8Array = randomBytes(16)) => [frame(TYPE.stream, Buffer.concat([token, Buffer.alloc(4)]))],
  noise: () => [Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')],
  cutOff: () => [Buffer.from([255, 255, 255, 127, 1])],
} as const;

/** What came back, by the kinds of its frames; values have no place in a challenge and a goodbye. */
export interface Heard {
  /** Bytes that are neither a challenge nor a goodbye. */
  delivered: number;
  all: Buffer;
}

/** Holds it against the two kinds of frames that say nothing. */
export function heard(all: Buffer): Heard {
  let delivered = 0;
  for (let at = 0; at < all.length; ) {
    const length = at + 4 <= all.length ? all.readUInt32LE(at) : all.length - at;
    const harmless = all[at + 4] === TYPE.goodbye || (all[at + 4] === TYPE.challenge && length === 49);
    if (!harmless) delivered += Math.min(4 + length, all.length - at);
    at += 4 + length;
  }
  return { delivered, all };
}

/** From the host: connects to a socket, says its words, and listens until the other end closes or `patience` ms are over. */
export function knock(socket: string, words: readonly Buffer[], patience = 60_000): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const [first = Buffer.alloc(0), ...rest] = words;
    const got: Buffer[] = [];
    const connection = connect(socket, () => void connection.write(first));
    const over = (): void => {
      clearTimeout(timer);
      connection.destroy();
      resolve(heard(Buffer.concat(got)));
    };
    const timer = setTimeout(over, patience);
    connection.on('data', (bytes: Buffer) => {
      got.push(bytes);
      const next = rest.shift();
      if (next !== undefined) connection.write(next);
    });
    connection.once('close', over);
    connection.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return over();
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** What the program `intrude` printed. */
export function printed(out: string): Heard {
  const hex = out.split('\n').filter((line) => /^[0-9a-f]*$/.test(line));
  return heard(Buffer.from(hex.join(''), 'hex'));
}

/** Refusals that the daemon has counted, by reason. */
export async function refusals(daemon: TestDaemon): Promise<Record<string, number>> {
  const text = (await daemon.api('GET', '/metrics')).bytes.toString();
  const found: Record<string, number> = {};
  for (const [, reason = '', count] of text.matchAll(/^ampoule_init_refusals_total\{reason="(\w+)"\} (\d+)$/gm)) {
    found[reason] = Number(count);
  }
  return found;
}
