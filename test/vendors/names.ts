/** A name server that knows the vendors, for containers of an engine whose `dns` it is (RFC 1035; A records alone). */

import { createSocket } from 'node:dgram';

const A = 1;
const HEADER = 12;

/** Answer to a question for an address: what `lookUp` says, no such name where it says null, no record of another type. */
export function answerTo(question: Buffer, lookUp: (name: string) => string | null): Buffer {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const end = at + 5;
  const address = lookUp(labels.join('.').toLowerCase());
  const isA = question.readUInt16BE(at + 1) === A;
  const head = Buffer.from(question.subarray(0, HEADER));
  // A response, authoritative; recursion is available, since some resolvers insist.
  head.writeUInt16BE(0x8580 | (head.readUInt16BE(2) & 0x0100) | (address === null ? 3 : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(address !== null && isA ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const asked = question.subarray(HEADER, end);
  if (address === null || !isA) return Buffer.concat([head, asked]);
  const record = Buffer.from([0xc0, HEADER, 0, A, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([head, asked, record]);
}

/** Listens at this address, port 53. */
export function serveNames(address: string, lookUp: (name: string) => string | null): void {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    try {
      socket.send(answerTo(question, lookUp), from.port, from.address);
    } catch {
      // No question.
    }
  });
  socket.bind(53, address);
}
